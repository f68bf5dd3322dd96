import { numberOfText } from '../../../src/core/search/literals';

/**
 * A text whose order by code units is the order that people expect of names: case does not count at first, and numbers inside
 * go by their value, so that `run-9` comes before `run-10`. Much faster than a collator where thousands are sorted.
 */
export function naturalKey(text: string): string {
  const folded = text.toLowerCase();
  return /\d/.test(folded) ? folded.replace(/\d+/g, numberKey) : folded;
}

/** A longer number is greater; its length stands before it in one character. */
function numberKey(digits: string): string {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return `0${String.fromCharCode(Math.min(0x2fff, significant.length))}${significant}`;
}

/**
 * The ranks of texts when sorted: those that are numbers first, by value, then the others in natural order. Equal ranks only
 * for texts that mean the same number, or are the same.
 */
export function rankTexts(values: readonly string[]): Float64Array {
  const entries = values.map((text, index) => {
    const number = numberOfText(text);
    return { index, text, number, key: number === undefined ? naturalKey(text) : '' };
  });
  const compare = (a: (typeof entries)[number], b: (typeof entries)[number]): number => {
    if (a.number !== undefined && b.number !== undefined) {
      return a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
    }
    if (a.number !== undefined || b.number !== undefined) {
      return a.number === undefined ? 1 : -1;
    }
    return byUnits(a.key, b.key) || byUnits(a.text, b.text);
  };
  entries.sort(compare);
  const ranks = new Float64Array(values.length);
  let rank = 0;
  entries.forEach((entry, place) => {
    const before = entries[place - 1];
    rank = before === undefined || compare(before, entry) === 0 ? rank : place;
    ranks[entry.index] = rank;
  });
  return ranks;
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
