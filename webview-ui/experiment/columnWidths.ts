import { statusWord } from '../shared/Swatch';
import { columnLabel, columnSuffix } from './columnTexts';
import { cellView, type CellContext } from './table/cellView';
import type { ColumnView } from './table/columnView';
import { runMarks } from './table/runTable';
import type { TableView } from './tableModel';

const padding = 18;
const most = 220;
/** Values that are written to find a width. */
const mostMeasured = 60;
/** Room for ` ± 0.0025`. */
const spread = 62;

/** Width of a text at the table's size, without measuring: good enough for a column that nobody sized. */
function estimated(text: string): number {
  return text.length * 6.6;
}

function headWidth(view: ColumnView): number {
  const suffix = columnSuffix(view.field);
  return estimated(columnLabel(view.field, view.label)) + (suffix === '' ? 0 : estimated(suffix) + 4) + padding;
}

/** What nearly all values of a column of numbers need, with room for one digit more: values grow while runs run. */
function numbersWidth({ data, format, base, better }: ColumnView, hasDelta: boolean, hasSpread: boolean): number {
  if (data?.kind !== 'numbers') {
    return hasDelta ? 104 : 48;
  }
  const slots = Array.from({ length: Math.min(mostMeasured, data.value.length) }, (_, slot) => slot);
  const values = slots.flatMap((slot) => data.get(slot) ?? []);
  const widest = (texts: readonly string[], least: number): number => {
    const widths = texts.map(estimated).sort((a, b) => a - b);
    return Math.max(least, widths[Math.floor(widths.length * 0.95)] ?? 0);
  };
  const numbers = widest(values.map(format.value), 40) + (better ? 14 : 7);
  if (hasSpread) {
    return numbers + spread;
  }
  if (!hasDelta || base === undefined) {
    return numbers;
  }
  const differences = values.map((value) => format.difference(value - base));
  return numbers + widest(differences, 44) * 0.92 + 6;
}

/**
 * The width of a column that nobody sized.
 * @param hasDelta values stand beside their difference to the baseline
 * @param hasSpread the means of groups stand beside their spread
 */
export function defaultWidth(view: ColumnView, hasDelta: boolean, hasSpread: boolean): number {
  const { field, data } = view;
  if (field.kind === 'attribute') {
    // The words for the states are longer in some languages.
    const words = runMarks.map((status) => estimated(statusWord(status)) + padding);
    return {
      name: 208,
      state: Math.ceil(Math.max(66, ...words)),
      experiment: 120,
      started: 84,
      ended: 84,
      duration: 78,
      id: 110,
    }[field.key];
  }
  if (field.kind === 'trend') {
    return Math.max(78, Math.min(most, headWidth(view)));
  }
  // The arrow of a sorted column, and the star of the primary one, which may come to any column of a metric.
  const sort = field.kind === 'metric' ? 40 : 22;
  if (data?.kind === 'texts') {
    const lengths = data.values.slice(0, 500).map((text) => estimated(text.split('\n', 1)[0] ?? ''));
    lengths.sort((a, b) => a - b);
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
    return Math.round(Math.min(most, Math.max(54, headWidth(view) + sort, usual + padding)));
  }
  return Math.round(
    Math.min(most, Math.max(76, headWidth(view) + sort, numbersWidth(view, hasDelta, hasSpread) + padding)),
  );
}

let canvas: CanvasRenderingContext2D | null | undefined;

/** The width at which nothing in the column is cut, as far as its first 2,000 runs go. */
export function fittingWidth(view: ColumnView, { runs, table }: TableView, context: CellContext): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) {
    return defaultWidth(view, true, true);
  }
  const { fontFamily } = getComputedStyle(document.body);
  canvas.font = `12px ${fontFamily}`;
  const widthOf = (text: string): number => canvas?.measureText(text).width ?? estimated(text);
  const isName = view.field.kind === 'attribute' && view.field.key === 'name';
  let width = headWidth(view) + 20;
  for (const slot of runs.subarray(0, 2000)) {
    const cell = cellView(view, slot, context);
    if (isName) {
      width = Math.max(width, widthOf(table.name[slot] ?? '') + 96);
    } else if (cell.kind === 'number') {
      const mark = cell.best === undefined ? 0 : 12;
      width = Math.max(
        width,
        (widthOf(cell.text) + mark) * 1.04 + (cell.delta ? Math.max(48, widthOf(cell.delta.text)) + 4 : 0) + padding,
      );
    } else if (cell.kind === 'text') {
      width = Math.max(width, widthOf(cell.text) + (cell.lines > 1 ? 64 : 0) + padding);
    }
  }
  return Math.round(Math.min(1200, width));
}
