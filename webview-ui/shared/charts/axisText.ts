import { formatCount, formatInstant } from '../../../src/core/format';
import type { XAxis } from '../../../src/protocol/extras';
import { t } from '../strings';
import { shortDuration } from './ticks';

/** A place on the x axis in words: `Step 49,600`, `1h30m after the start`, a date. */
export function placeText(axis: XAxis, x: number): string {
  switch (axis) {
    case 'step':
      return t('atStep', formatCount(x));
    case 'relative':
      return t('afterStart', shortDuration(Number(x.toPrecision(6))));
    case 'time':
      return formatInstant(Math.round(x * 1000), document.documentElement.lang || undefined).local;
  }
}

/** The same without words around it, for a cell of a table. */
export function placeCell(axis: XAxis, x: number): string {
  return axis === 'step' ? formatCount(x) : axis === 'relative' ? shortDuration(x) : placeText(axis, x);
}
