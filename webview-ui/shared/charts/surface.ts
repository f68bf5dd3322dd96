import type { Palette } from '../palette';

/** What curves and marks are drawn on: a canvas's context, or `SvgSurface`. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'save'
  | 'restore'
  | 'stroke'
  | 'fillText'
  | 'strokeText'
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'lineDashOffset'
  | 'globalAlpha'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
> & {
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  fill(): void;
  setLineDash(lengths: number[]): void;
  measureText(text: string): { width: number };
};

/** CSS pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Adds a rectangle to the path. */
export function traceBox(surface: Surface, { left, right, top, bottom }: Area): void {
  surface.moveTo(left, top);
  surface.lineTo(right, top);
  surface.lineTo(right, bottom);
  surface.lineTo(left, bottom);
  surface.closePath();
}

/** A surface with a chart's axes; `x` and `y` turn values into CSS pixels, NaN for what has no place. */
export interface Pen {
  readonly context: Surface;
  readonly area: Area;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The x values that are within the area. */
  readonly range: { readonly min: number; readonly max: number };
  readonly palette: Palette;
}
