import { ApiError } from '../../core/errors';
import type { Int64 } from '../../core/model';
import type { Page } from '../store/types';

/** The offset that a page token stands for; 0 for none. Tokens are base64 of `{"offset": N}`, as MLflow's are. */
export function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') {
    return 0;
  }
  const match = /^\s*\{\s*"offset"\s*:\s*(\d{1,15})\s*\}\s*$/.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (match?.[1] === undefined) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Invalid page token, could not base64-decode');
  }
  return Number(match[1]);
}

/** The token of the page after this one, to be spread into an answer; absent on the last page. */
export function nextToken(offset: number, page: Page<unknown>): { next_page_token?: string } {
  return page.more
    ? { next_page_token: Buffer.from(`{"offset": ${offset + page.items.length}}`).toString('base64') }
    : {};
}

/** Checks a page's size. @throws ApiError unless 1 <= size <= limit */
export function pageSize(size: Int64, limit: number): number {
  if (size < 1) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `${invalid(size)} It must be a positive integer`);
  }
  if (size > limit) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `${invalid(size)} It must be at most ${limit}`);
  }
  return Number(size);
}

function invalid(size: Int64): string {
  return `Invalid value ${size} for parameter 'max_results' supplied.`;
}
