/** From values to places along an axis that are drawn evenly spaced, and back. Pure. */

export const scaleKinds = ['linear', 'log', 'symlog'] as const;
export type ScaleKind = (typeof scaleKinds)[number];

export interface Transform {
  readonly kind: ScaleKind;
  /** Equal for transforms that do the same. */
  readonly id: string;
  /** Rising in `value`; NaN for what has no place on the axis. */
  readonly to: (value: number) => number;
  readonly from: (place: number) => number;
}

/** The linear middle of a symlog axis ends so many decades below the largest magnitude. */
const symlogDecades = { least: 1, most: 6 };

/** @param extent of what is drawn: near the ends of doubles values are scaled, so that no difference overflows */
export function linear(extent: { min: number; max: number } = { min: 0, max: 1 }): Transform {
  const size = Math.max(Math.abs(extent.min), Math.abs(extent.max));
  const unit = size > 1e290 ? 2 ** -100 : size > 0 && size < 1e-290 ? 2 ** 200 : 1;
  return unit === 1
    ? { kind: 'linear', id: 'linear', to: (value) => value, from: (place) => place }
    : { kind: 'linear', id: `linear ${unit}`, to: (value) => value * unit, from: (place) => place / unit };
}

export const logarithmic: Transform = {
  kind: 'log',
  id: 'log',
  to: (value) => (value > 0 ? Math.log10(value) : NaN),
  from: (place) => 10 ** place,
};

/** Linear up to about `knee` on both sides of 0, logarithmic beyond. */
export function symlog(knee: number): Transform {
  return {
    kind: 'symlog',
    id: `symlog ${knee}`,
    to: (value) => Math.sign(value) * Math.log10(1 + Math.abs(value) / knee),
    from: (place) => Math.sign(place) * (10 ** Math.abs(place) - 1) * knee,
  };
}

/** A power of ten near the smallest magnitude above 0, but neither near nor too far below the largest. */
export function kneeOf(smallest: number, largest: number): number {
  if (!(largest > 0 && largest < Infinity)) {
    return 1;
  }
  const top = Math.floor(Math.log10(largest));
  const low = Math.floor(Math.log10(smallest > 0 && smallest < Infinity ? smallest : largest));
  const exponent = Math.min(top - symlogDecades.least, Math.max(low, top - symlogDecades.most));
  // Powers of ten end where doubles do; the greatest values there have a place all the same.
  return Math.max(10 ** exponent, Number.MIN_VALUE);
}
