import type { KeyValue } from '../../core/model';

const halfPair = /\p{Cs}/u;

/**
 * JSON can carry half a surrogate pair ("\ud800"), UTF-8 cannot: it becomes U+FFFD here, before names are compared, since
 * SQLite and MessagePack would each replace it in its own way.
 */
export function wellFormed(value: string): string {
  return halfPair.test(value) ? Buffer.from(value).toString() : value;
}

export function wellFormedPair(pair: KeyValue): KeyValue {
  const { key, value } = pair;
  return halfPair.test(key) || halfPair.test(value) ? { key: wellFormed(key), value: wellFormed(value) } : pair;
}

/** The last one wins, as with MLflow's tags in one request. */
export function lastOfEachKey(pairs: readonly KeyValue[]): KeyValue[] {
  if (pairs.length < 2) {
    return pairs.map(wellFormedPair);
  }
  const byKey = new Map(pairs.map((pair) => [wellFormed(pair.key), wellFormed(pair.value)]));
  return [...byKey].map(([key, value]) => ({ key, value }));
}
