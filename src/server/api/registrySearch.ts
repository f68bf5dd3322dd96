import { ApiError } from '../../core/errors';
import type { Int64 } from '../../core/model';
import type { RegistryQuery } from '../store/registry/types';
import { integer, message, text, texts } from './fields';
import { readFilter, readOrderBy } from './search';

export const searchRequest = message({
  filter: text.optional,
  max_results: integer.optional,
  order_by: texts,
  page_token: text.optional,
});

export interface SearchRequest {
  readonly filter: string | undefined;
  readonly max_results: Int64 | undefined;
  readonly order_by: readonly string[];
  readonly page_token: string | undefined;
}

/**
 * Reads a search of the registry.
 * @param sizes of pages: where none is asked for, and at most
 * @throws ApiError for a filter or an order that cannot be read, with the reason, and for a bad size or token
 */
export function readQuery(
  entity: 'registeredModels' | 'modelVersions',
  request: SearchRequest,
  sizes: { readonly usual: number; readonly most: number },
): RegistryQuery {
  const filter = readFilter(request.filter, entity);
  const order = readOrderBy(request.order_by, entity);
  const limit = request.max_results ?? sizes.usual;
  if (limit < 1 || limit > sizes.most) {
    const rule = limit < 1 ? 'It must be a positive integer' : `It must be at most ${sizes.most}`;
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Invalid value for request parameter max_results. ${rule}, but got value ${limit}`,
    );
  }
  return { filter, order, pageToken: request.page_token, limit: Number(limit) };
}
