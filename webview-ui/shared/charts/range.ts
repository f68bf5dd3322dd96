/** Numbers from `min` to `max`, both with it; `min` is less than `max`. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export function isRange(value: unknown): value is Range {
  if (typeof value !== 'object' || value === null || !('min' in value) || !('max' in value)) {
    return false;
  }
  const { min, max } = value;
  return typeof min === 'number' && typeof max === 'number' && Number.isFinite(max - min) && min < max;
}

/** The smallest range that holds both. */
export function union(a: Range, b: Range | undefined): Range {
  return b ? { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) } : a;
}

export function isSameRange(a: Range | undefined, b: Range | undefined): boolean {
  return a?.min === b?.min && a?.max === b?.max;
}
