/** How names and values are written in a filter in Labbook's own dialect. */
import { entityRules, findAttribute } from './vocabulary';

const plain = /^[\p{L}_][\p{L}\p{M}\p{N}_]*(?:(?:[/:@-]+|\.)[\p{L}\p{M}\p{N}_]+)*$/u;
const plainKey = /^[\p{L}\p{M}\p{N}_]+(?:[./:@-]+[\p{L}\p{M}\p{N}_]+)*$/u;
const reserved = /^(?:and|or|not|in|is|like|ilike|between|matches)$/i;

/** Whether a key of a run can stand without a prefix and without quotes, and means no attribute then. */
export function isPlainName(key: string): boolean {
  const rule = entityRules.runs;
  const [first = ''] = key.split('.', 1);
  return (
    plain.test(key) &&
    !reserved.test(key) &&
    findAttribute(rule, key, true) === undefined &&
    (first === key || !Object.values(rule.prefixes).some((each) => each.includes(first.toLowerCase())))
  );
}

/** A key as it stands behind a prefix and a dot. */
export function nameText(key: string): string {
  return plainKey.test(key) ? key : `\`${key.replaceAll('`', '``')}\``;
}

export function stringText(value: string, quote: "'" | '"' = "'"): string {
  return quote + value.replaceAll(quote, quote + quote) + quote;
}

/** Whether a value can be compared as a number. */
export function isPlainNumber(value: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value);
}

/** What a bare name means: a param before a metric before a tag. */
export function bareKind(
  name: string,
  has: (kind: 'param' | 'metric' | 'tag', key: string) => boolean,
): 'param' | 'metric' | 'tag' | undefined {
  return (['param', 'metric', 'tag'] as const).find((kind) => has(kind, name));
}
