import { ApiError } from '../../core/errors';
import type { Filter, OrderTerm, SearchEntity, SearchError } from '../../core/search/ast';
import { parseOrder } from '../../core/search/order';
import { parseFilter } from '../../core/search/parse';
import type { SearchPage } from '../store/types';

/**
 * A filter in MLflow's grammar.
 * @throws ApiError that says what is wrong with it and where
 */
export function readFilter(filter: string | undefined, entity: SearchEntity): Filter | undefined {
  const parsed = parseFilter(filter ?? '', { entity, dialect: 'mlflow' });
  if (!parsed.ok) {
    throw refusal('filter', parsed.error);
  }
  return parsed.value;
}

/**
 * The terms of order_by, such as `metrics.loss DESC`, with what decides between equals after them.
 * @throws ApiError as `readFilter`, also for a field that occurs twice
 */
export function readOrderBy(terms: readonly string[], entity: SearchEntity): readonly OrderTerm[] {
  const parsed = parseOrder(terms, { entity, dialect: 'mlflow' });
  if (!parsed.ok) {
    throw refusal(`order_by[${parsed.term}]`, parsed.error);
  }
  return parsed.order;
}

/** The token of the page after this one, to be spread into an answer; absent on the last page. */
export function nextPage({ nextPageToken }: SearchPage<unknown>): { next_page_token?: string } {
  return nextPageToken === undefined ? {} : { next_page_token: nextPageToken };
}

function refusal(where: string, { message, offset, fix }: SearchError): ApiError {
  const place = `(${where}, character ${offset + 1})`;
  return new ApiError(
    'INVALID_PARAMETER_VALUE',
    `${message.slice(0, 1000)} ${place}${fix === undefined ? '' : ` Perhaps ${fix.slice(0, 200)} was meant.`}`,
  );
}
