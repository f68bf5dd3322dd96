import { statusWord } from '../shared/Swatch';
import { columnLabel, columnSuffix } from './columnTexts';
import { cellView, type CellContext } from './table/cellView';
import type { ColumnView } from './table/columnView';
import { runMarks } from './table/runTable';
import type { TableView } from './tableModel';
import type { TextKind, TextMeasure } from './textMeasure';

const padding = 18;
const most = 220;
/** Values that are written to find a width. */
const mostMeasured = 60;
/** Characters of a text of which more would not be wider than any column. */
const longest = 100;
/** Beside the best value: its mark. */
const bestMark = 12;
const leastDelta = 48;
const deltaGap = 4;

function headWidth(view: ColumnView, measure: TextMeasure): number {
  const suffix = columnSuffix(view.field);
  const label = measure(columnLabel(view.field, view.label), 'bold');
  return label + (suffix === '' ? 0 : measure(suffix, 'small') + 4) + padding;
}

/** What nearly all values of a column of numbers need, with room for one digit more: values grow while runs run. */
function numbersWidth(
  { data, format, base, better }: ColumnView,
  { measure, hasDelta, hasSpread }: WidthContext,
): number {
  if (data?.kind !== 'numbers') {
    return hasDelta ? 104 : 48;
  }
  const slots = Array.from({ length: Math.min(mostMeasured, data.value.length) }, (_, slot) => slot);
  const values = slots.flatMap((slot) => data.get(slot) ?? []);
  const widest = (texts: readonly string[], kind: TextKind, least: number): number => {
    const widths = texts.map((text) => measure(text, kind)).sort((a, b) => a - b);
    return Math.max(least, widths[Math.floor(widths.length * 0.95)] ?? 0);
  };
  // Any of them may become the best.
  const numbers = widest(values.map(format.value), better ? 'bold' : 'cell', 40) + (better ? bestMark : measure('0'));
  if (hasSpread) {
    return numbers + deltaGap + Math.max(leastDelta, measure('± 0.0000', 'small'));
  }
  if (!hasDelta || base === undefined) {
    return numbers;
  }
  const differences = values.map((value) => format.difference(value - base));
  return numbers + deltaGap + widest(differences, 'small', leastDelta);
}

/** What widths depend on beside the column. */
export interface WidthContext {
  readonly measure: TextMeasure;
  /** Values stand beside their difference to the baseline. */
  readonly hasDelta: boolean;
  /** The means of groups stand beside their spread. */
  readonly hasSpread: boolean;
  /** There is room for the name and one value. */
  readonly isNarrow: boolean;
}

/** The width of a column that nobody sized. */
export function defaultWidth(view: ColumnView, context: WidthContext): number {
  const { field, data } = view;
  const { measure, isNarrow } = context;
  const head = headWidth(view, measure);
  if (field.kind === 'attribute') {
    // The words for the states are longer in some languages.
    const words = runMarks.map((status) => measure(statusWord(status)) + padding);
    const atLeast = (least: number, sample: string): number =>
      Math.ceil(Math.max(least, head, measure(sample) + padding));
    return {
      name: isNarrow ? 168 : 208,
      state: Math.ceil(Math.max(66, ...words)),
      experiment: 120,
      started: atLeast(84, '2026-09-14'),
      ended: atLeast(84, '2026-09-14'),
      duration: atLeast(78, '58m 12s'),
      id: 110,
    }[field.key];
  }
  if (field.kind === 'trend') {
    return Math.ceil(Math.max(78, Math.min(most, head)));
  }
  // The arrow of a sorted column, and the star of the primary one, which may come to any column of a metric.
  const sort = field.kind === 'metric' ? 40 : 22;
  if (data?.kind === 'texts') {
    const lengths = data.values.slice(0, 500).map((text) => measure(text.split('\n', 1)[0]?.slice(0, longest) ?? ''));
    lengths.sort((a, b) => a - b);
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
    return Math.ceil(Math.min(most, Math.max(54, head + sort, usual + padding)));
  }
  return Math.ceil(Math.min(most, Math.max(76, head + sort, numbersWidth(view, context) + padding)));
}

/** The width at which nothing in the column is cut, as far as its first 2,000 runs go. */
export function fittingWidth(
  view: ColumnView,
  { runs, table }: TableView,
  context: CellContext,
  measure: TextMeasure,
): number {
  const isName = view.field.kind === 'attribute' && view.field.key === 'name';
  let width = headWidth(view, measure) + 20;
  for (const slot of runs.subarray(0, 2000)) {
    const cell = cellView(view, slot, context);
    if (isName) {
      width = Math.max(width, measure(table.name[slot] ?? '') + 96);
    } else if (cell.kind === 'number') {
      const value = cell.best === undefined ? measure(cell.text) : measure(cell.text, 'bold') + bestMark;
      const delta = cell.delta ? Math.max(leastDelta, measure(cell.delta.text, 'small')) + deltaGap : 0;
      width = Math.max(width, value + delta + padding);
    } else if (cell.kind === 'text') {
      width = Math.max(width, measure(cell.text) + (cell.lines > 1 ? 64 : 0) + padding);
    }
  }
  return Math.ceil(Math.min(1200, width));
}
