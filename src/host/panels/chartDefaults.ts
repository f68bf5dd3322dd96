import type * as vscode from 'vscode';
import { smoothingKinds } from '../../core/smoothing';
import type { ChartDefaults } from '../../protocol/panels';
import { readSetting } from '../contributions';

/** Settings that `ChartDefaults` has. */
export const chartSettings = [
  'labbook.charts.smoothing',
  'labbook.charts.smoothingKind',
  'labbook.charts.xAxis',
  'labbook.charts.clipOutliers',
  'labbook.charts.minMax',
] as const;

const axes: Readonly<Record<string, ChartDefaults['x']>> = { step: 'step', relative: 'relative', wall: 'time' };

/** How charts look before anything is arranged in them. settings.json is free text: what does not fit counts as not set. */
export function readChartDefaults(api: Pick<typeof vscode.workspace, 'getConfiguration'>): ChartDefaults {
  const setting = <Id extends (typeof chartSettings)[number]>(id: Id) => readSetting(api, id);
  const kind = setting('labbook.charts.smoothingKind');
  const axis = setting('labbook.charts.xAxis');
  return {
    x: (Object.hasOwn(axes, axis) ? axes[axis] : undefined) ?? 'step',
    smoothing: Math.min(1, Math.max(0, setting('labbook.charts.smoothing'))),
    smoothingKind: smoothingKinds.find((each) => each === kind) ?? 'ema',
    clip: setting('labbook.charts.clipOutliers'),
    bands: setting('labbook.charts.minMax'),
  };
}
