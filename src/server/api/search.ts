import { ApiError } from '../../core/errors';

/** Filters are not built yet; a client must learn that instead of getting everything. */
export function refuseFilter(filter: string | undefined): void {
  if (filter !== undefined && filter.trim() !== '') {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      'Labbook does not support filters in searches yet; leave filter empty.',
    );
  }
}

/**
 * Reads order_by terms such as `attributes.start_time DESC`.
 * @param fields the fields that can be ordered by
 * @throws ApiError for another field, a field that occurs twice, or a term that is none
 */
export function readOrder<T extends string>(
  terms: readonly string[],
  fields: readonly T[],
): { field: T; ascending: boolean }[] {
  const order = terms.map((term) => {
    const match = /^\s*(?:(?:attributes?|attr|run)\s*\.\s*)?([`"]?)(\w+)\1(?:\s+(asc|desc))?\s*$/i.exec(term);
    const name = match?.[2] === 'created' || match?.[2] === 'Created' ? 'start_time' : match?.[2];
    const field = fields.find((each) => each === name);
    if (field === undefined) {
      throw new ApiError(
        'INVALID_PARAMETER_VALUE',
        `Labbook cannot order by '${term.slice(0, 200)}' yet; it can by ${fields.join(', ')}, each with ASC or DESC.`,
      );
    }
    return { field, ascending: match?.[3]?.toLowerCase() !== 'desc' };
  });
  if (new Set(order.map(({ field }) => field)).size < order.length) {
    throw new ApiError('INVALID_PARAMETER_VALUE', '`order_by` contains duplicate fields');
  }
  return order;
}
