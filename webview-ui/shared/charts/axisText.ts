import { formatCount, formatInstant, formatMetric } from '../../../src/core/format';
import type { XSource } from '../../../src/protocol/extras';
import { t } from '../strings';
import { shortDuration } from './ticks';

/** A place on the x axis in words: `Step 49,600`, `1h30m after the start`, a date, `epoch = 3.2`. */
export function placeText(axis: XSource, x: number): string {
  switch (axis) {
    case 'step':
      return t('atStep', formatCount(x));
    case 'relative':
      return t('afterStart', shortDuration(Number(x.toPrecision(6))));
    case 'time':
      return formatInstant(Math.round(x * 1000), document.documentElement.lang || undefined).local;
    default:
      return t('atExpression', axis.expression.replaceAll('`', ''), formatMetric(x));
  }
}

/** The same without words around it, for a cell of a table. */
export function placeCell(axis: XSource, x: number): string {
  switch (axis) {
    case 'step':
      return formatCount(x);
    case 'relative':
      return shortDuration(x);
    case 'time':
      return placeText(axis, x);
    default:
      return formatMetric(x);
  }
}

/** What the axis is of. */
export function axisTitle(axis: XSource): string {
  switch (axis) {
    case 'step':
      return t('step');
    case 'relative':
      return t('timeSinceStart');
    case 'time':
      return t('wallTime');
    default:
      return axis.expression.replaceAll('`', '');
  }
}

/** From one place to another, as `placeCell` gives them: `steps 0 to 78,200`. */
export function placesText(axis: XSource, from: string, to: string): string {
  switch (axis) {
    case 'step':
      return t('stepsFromTo', from, to);
    case 'relative':
    case 'time':
      return t('timesFromTo', from, to);
    default:
      return t('axisFromTo', axisTitle(axis), from, to);
  }
}

/** A place that a pointer or a zoom chose, as exactly as it is meant. */
export function shortened(x: number): number {
  return Math.abs(x) > 100 ? Math.round(x) : Number(x.toPrecision(3));
}
