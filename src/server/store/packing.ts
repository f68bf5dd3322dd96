import type { Int64, KeyValue } from '../../core/model';

/** Parts of effects as the journal keeps them. Readers throw an Error where the bytes hold something else. */

export function pack(pairs: readonly KeyValue[]): string[] {
  const flat: string[] = [];
  for (const { key, value } of pairs) {
    flat.push(key, value);
  }
  return flat;
}

export function list(raw: unknown): unknown[] {
  if (!Array.isArray(raw)) {
    throw new Error('a list was expected');
  }
  return raw;
}

export function string(raw: unknown): string {
  if (typeof raw !== 'string') {
    throw new Error('a text was expected');
  }
  return raw;
}

export function count(raw: unknown): number {
  if (typeof raw !== 'number') {
    throw new Error('a number was expected');
  }
  return raw;
}

export function time(raw: unknown): Int64 {
  if (typeof raw !== 'number' && typeof raw !== 'bigint') {
    throw new Error('an integer was expected');
  }
  return raw;
}

export function binary(raw: unknown): Uint8Array {
  if (!(raw instanceof Uint8Array)) {
    throw new Error('bytes were expected');
  }
  return raw;
}

export function pairs(raw: unknown): KeyValue[] {
  const flat = list(raw);
  const result: KeyValue[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    result.push({ key: string(flat[i]), value: string(flat[i + 1]) });
  }
  return result;
}
