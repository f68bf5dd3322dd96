/** Ranges that are moved and stretched as they are drawn. Pure. */
import type { Range } from './range';
import type { Transform } from './transform';

/** The range so much of its width further on. */
export function panned({ min, max }: Range, { to, from }: Transform, share: number): Range {
  const shift = (to(max) - to(min)) * share;
  return { min: from(to(min) + shift), max: from(to(max) + shift) };
}

/** As `panned`, but on no side further than to the end of `whole`. */
export function pannedWithin(range: Range, transform: Transform, share: number, whole: Range): Range {
  const { to } = transform;
  const width = to(range.max) - to(range.min);
  const left = Math.min(0, (to(whole.min) - to(range.min)) / width);
  const right = Math.max(0, (to(whole.max) - to(range.max)) / width);
  return panned(range, transform, Math.min(right, Math.max(left, share)));
}

/** Shares of a range's width: how near to its edge what goes there may come, and how far from it it stands once the range moved on. */
const ahead = { least: 0.1, then: 0.3 };

/**
 * The range moved along with a place in it that goes to one of its ends: what comes next is in sight before it is reached. The same where
 * that is so anyway.
 * @param sign of the way that `x` goes
 */
export function following(range: Range, transform: Transform, x: number, sign: number, whole: Range): Range {
  const { to } = transform;
  const place = (to(x) - to(range.min)) / (to(range.max) - to(range.min));
  const isAtEnd = place > 1 - ahead.least && (sign > 0 || place > 1);
  const isAtStart = place < ahead.least && (sign < 0 || place < 0);
  if (!isAtEnd && !isAtStart) {
    return range;
  }
  const share = isAtEnd ? place - (1 - ahead.then) : place - ahead.then;
  return pannedWithin(range, transform, share, whole);
}

/** The range `factor` times as wide, the value at `centre` staying where it is drawn. */
export function zoomed({ min, max }: Range, { to, from }: Transform, centre: number, factor: number): Range {
  const at = to(centre);
  return { min: from(at - (at - to(min)) * factor), max: from(at + (to(max) - at) * factor) };
}

/**
 * A range that can be shown of `whole`: undefined where it would hold all of it; not narrower than doubles can tell apart, and
 * not moved out of sight.
 */
export function allowed(range: Range, whole: Range): Range | undefined {
  const { min, max } = range;
  const width = max - min;
  const least = Math.max(Math.abs(min), Math.abs(max)) * 1e-12;
  if (!Number.isFinite(width) || (min <= whole.min && max >= whole.max)) {
    return undefined;
  }
  if (width <= least || min >= whole.max || max <= whole.min) {
    return whole.max > whole.min ? clampInto(range, whole, least) : undefined;
  }
  return range;
}

function clampInto({ min, max }: Range, whole: Range, least: number): Range {
  const width = Math.max(max - min, least * 2, Number.MIN_VALUE * 4);
  const low = Math.min(Math.max(min, whole.min - width * 0.9), whole.max - width * 0.1);
  return { min: low, max: low + width };
}
