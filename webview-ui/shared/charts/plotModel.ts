/** What a chart draws, apart from the part of the axes that is in view. */
import type { XSource } from '../../../src/protocol/extras';
import type { Palette, RunLook } from '../palette';
import type { Curve } from './curve';
import type { ScaleKind } from './transform';

export interface DrawnCurve {
  readonly curve: Curve;
  readonly look: RunLook;
  /** The run still runs: its end is marked. */
  readonly isLive: boolean;
  /** A run behind its group: thin and faint, without marks. */
  readonly isBehind: boolean;
}

/** Never changed in place: another model is another picture. */
export interface PlotModel {
  readonly curves: readonly DrawnCurve[];
  readonly axis: XSource;
  readonly xScale: ScaleKind;
  readonly yScale: ScaleKind;
  readonly clip: boolean;
  readonly bands: boolean;
  readonly better: 'lower' | 'higher' | undefined;
  readonly palette: Palette;
}
