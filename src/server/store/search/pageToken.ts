import { createHash } from 'node:crypto';
import { ApiError } from '../../../core/errors';
import { int64 } from '../../../core/int64';
import type { Cell } from '../sqlite';

/** Stands for a query: everything that decides which rows there are and in which order. */
export function queryHash(query: unknown): string {
  const text = JSON.stringify(query, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/**
 * A page token: where the last row of a page stands in the order. Rows that are added or removed meanwhile therefore neither
 * repeat nor hide others. Opaque: base64url of JSON.
 */
export function pageToken(hash: string, values: readonly Cell[]): string {
  return Buffer.from(JSON.stringify({ q: hash, k: values.map(toText) })).toString('base64url');
}

/**
 * The sort values in a token.
 * @param count how many the query has
 * @throws ApiError for a token that is none, or of another query
 */
export function readPageToken(token: string, hash: string, count: number): Cell[] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw invalid('could not base64-decode');
  }
  if (!isContent(content)) {
    throw invalid('it was not made by this server');
  }
  if (content.q !== hash) {
    throw invalid('it belongs to a search with another filter, order or view');
  }
  const values = content.k.map(fromText);
  if (values.length !== count || values.includes(undefined)) {
    throw invalid('it was not made by this server');
  }
  return values.flatMap((value) => value ?? []);
}

function isContent(content: unknown): content is { q: string; k: string[] } {
  return (
    typeof content === 'object' &&
    content !== null &&
    'q' in content &&
    typeof content.q === 'string' &&
    'k' in content &&
    Array.isArray(content.k) &&
    content.k.every((value) => typeof value === 'string')
  );
}

/** JSON has neither infinities nor exact integers of 64 bits. */
function toText(value: Cell): string {
  return typeof value === 'string' ? `t${value}` : typeof value === 'bigint' ? `i${value}` : `n${String(value)}`;
}

function fromText(text: string): Cell | undefined {
  const rest = text.slice(1);
  switch (text[0]) {
    case 't':
      return rest.includes('\0') ? undefined : rest;
    case 'i':
      return int64(rest);
    case 'n': {
      const number = Number(rest);
      return rest.trim() === '' || Number.isNaN(number) ? undefined : number;
    }
    default:
      return undefined;
  }
}

function invalid(why: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', `Invalid page token, ${why}`);
}
