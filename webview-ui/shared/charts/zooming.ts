/** Ranges that are moved and stretched as they are drawn. Pure. */
import type { Range } from './range';
import type { Transform } from './transform';

/** The range so much of its width further on. */
export function panned({ min, max }: Range, { to, from }: Transform, share: number): Range {
  const shift = (to(max) - to(min)) * share;
  return { min: from(to(min) + shift), max: from(to(max) + shift) };
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
