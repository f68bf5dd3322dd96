import type { Int64 } from './model';

const min = -(2n ** 63n);
const max = 2n ** 63n - 1n;

/**
 * The canonical form of a 64-bit integer: a number while that is exact, else a bigint.
 * @returns undefined where `value` is no integer or outside int64 (a float beyond 2^53 is no exact integer either).
 */
export function int64(value: number | bigint | string): Int64 | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? value + 0 : undefined;
  }
  if (typeof value === 'string') {
    return /^\s*[+-]?\d{1,20}\s*$/.test(value) ? int64(BigInt(value.trim().replace(/^\+/, ''))) : undefined;
  }
  if (value < min || value > max) {
    return undefined;
  }
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Sorts ascending, exact over the whole range. */
export function compareInt64(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
