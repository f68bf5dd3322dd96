import { formatCount } from '../../src/core/format';
import { t } from '../shared/strings';
import { statusWord } from '../shared/Swatch';
import { columnLabel, columnSuffix } from './columnTexts';
import { groupName, groupTitle } from './rowTexts';
import { cellView, groupCell, type CellContext, type CellView } from './table/cellView';
import type { NumberColumn } from './table/columnData';
import type { ColumnView } from './table/columnView';
import type { Line } from './table/lines';
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
/** Of each level in the column of names. */
export const nameIndent = 14;

function headWidth(view: ColumnView, measure: TextMeasure): number {
  const suffix = columnSuffix(view.field);
  const label = measure(columnLabel(view.field, view.label), 'bold');
  return label + (suffix === '' ? 0 : measure(suffix, 'small') + 4) + padding;
}

/**
 * What nearly all values of a column of numbers need, with room for one digit more: values grow while runs run. Undefined while they were
 * not read.
 */
export function numbersWidth(view: ColumnView, measure: TextMeasure): number | undefined {
  const { data, better } = view;
  if (data?.kind !== 'numbers') {
    return undefined;
  }
  const texts = sampleOf(data).map(view.format.value);
  // Any of them may become the best.
  const numbers = widest(texts, better ? 'bold' : 'cell', measure) + (better ? bestMark : measure('0'));
  return Math.max(40, numbers);
}

function sampleOf(data: NumberColumn): number[] {
  const slots = Array.from({ length: Math.min(mostMeasured, data.value.length) }, (_, slot) => slot);
  return slots.flatMap((slot) => data.get(slot) ?? []);
}

/** Of nearly all of them. */
function widest(texts: readonly string[], kind: TextKind, measure: TextMeasure): number {
  const widths = texts.map((text) => measure(text, kind)).sort((a, b) => a - b);
  return widths[Math.floor(widths.length * 0.95)] ?? 0;
}

/** What the differences to the baseline, or the deviations of groups, take beside the values of a column; 0 where it has none. */
function besideWidth(view: ColumnView, { measure, hasDelta, hasSpread }: WidthContext): number {
  const { data, base, better } = view;
  if (data?.kind !== 'numbers') {
    return 0;
  }
  const differences =
    hasDelta && base !== undefined ? sampleOf(data).map((value) => view.format.difference(value - base)) : [];
  const deviation = hasSpread ? measure('± 0.0000', 'small') : 0;
  return hasSpread || differences.length > 0
    ? Math.ceil(
        deltaGap + Math.max(leastDelta, deviation, widest(differences, better ? 'smallBold' : 'small', measure)),
      )
    : 0;
}

/** What widths depend on beside the column. */
export interface WidthContext {
  /** `numbersWidth` of a column; kept, as it is the same with and without groups. */
  readonly numbersOf: (view: ColumnView) => number | undefined;
  readonly measure: TextMeasure;
  /** Values stand beside their difference to the baseline. */
  readonly hasDelta: boolean;
  /** The means of groups stand beside their spread. */
  readonly hasSpread: boolean;
  /** There is room for the name and one value. */
  readonly isNarrow: boolean;
}

/** Pixels of a column that nobody sized. */
export interface ColumnWidth {
  readonly whole: number;
  /** Of it, for what stands beside the values; 0 where the column has nothing such. */
  readonly beside: number;
}

/** The width of a column that nobody sized. */
export function defaultWidth(view: ColumnView, context: WidthContext): ColumnWidth {
  const beside = besideWidth(view, context);
  return { whole: wholeWidth(view, beside, context), beside };
}

function wholeWidth(view: ColumnView, beside: number, context: WidthContext): number {
  const { field, data } = view;
  const { measure, isNarrow, hasDelta, numbersOf } = context;
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
    const more = measure(` ${t('moreLines', 12)}`);
    const lengths = data.values.slice(0, 500).map((text) => {
      const [first = ''] = text.split('\n', 1);
      return measure(first.slice(0, longest)) + (first.length < text.trimEnd().length ? more : 0);
    });
    lengths.sort((a, b) => a - b);
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
    return Math.ceil(Math.min(most, Math.max(54, head + sort, usual + padding)));
  }
  const numbers = numbersOf(view);
  const needed = numbers === undefined ? (hasDelta ? 104 : 48) : numbers + beside;
  return Math.ceil(Math.min(most, Math.max(76, head + sort, needed + padding)));
}

/** Lines, and runs, that are written to find a width at which nothing is cut. */
const mostFitted = 2000;

/** The width at which nothing in the column is cut, as far as its first lines and runs go. */
export function fittingWidth(
  column: ColumnView,
  beside: number,
  view: TableView,
  context: CellContext,
  measure: TextMeasure,
): number {
  const { lines, runs, baseline } = view;
  const isName = column.field.kind === 'attribute' && column.field.key === 'name';
  const widths = lines.slice(0, mostFitted).map((line) => {
    if (isName) {
      return nameWidth(line, view, measure);
    }
    return line.kind === 'group' ? cellWidth(groupCell(column, line.group.slots, context), beside, measure) : 0;
  });
  // Also of closed groups: they are opened next.
  const slots = [...runs.subarray(0, mostFitted), ...(baseline === undefined ? [] : [baseline])];
  const own = slots.map((slot) =>
    isName
      ? measure(view.table.name[slot] ?? '') + nameRoom
      : cellWidth(cellView(column, slot, context), beside, measure),
  );
  const widest = [...widths, ...own].reduce((most, each) => Math.max(most, each), headWidth(column, measure) + 20);
  return Math.ceil(Math.min(mostWide, widest));
}

/** Beside a run's name: eye, mark, and the buttons that come under the pointer. */
const nameRoom = 96;
/** Beside the name of what can be opened: its arrow, and gaps. */
const openerRoom = 20;
const mostWide = 1200;

function nameWidth(line: Line, { table }: TableView, measure: TextMeasure): number {
  switch (line.kind) {
    case 'run': {
      const children = line.children > 0 ? openerRoom + measure(formatCount(line.children)) : 0;
      return measure(table.name[line.slot] ?? '') + children + line.depth * nameIndent + nameRoom;
    }
    case 'group': {
      const title = groupTitle(line.group);
      const texts = [
        title === undefined ? 0 : measure(title),
        measure(groupName(line.group), 'bold'),
        measure(formatCount(line.group.slots.length)),
      ];
      return texts.reduce((sum, each) => sum + each + 4, 0) + line.depth * nameIndent + 64;
    }
    case 'gone':
      return 0;
  }
}

function cellWidth(cell: CellView, beside: number, measure: TextMeasure): number {
  switch (cell.kind) {
    case 'number': {
      const value = cell.best === undefined ? measure(cell.text) : measure(cell.text, 'bold') + bestMark;
      const kind = cell.delta?.verdict === 'better' ? 'smallBold' : 'small';
      const delta = cell.delta ? measure(cell.delta.text, kind) + deltaGap : 0;
      return value + Math.max(beside, delta) + padding;
    }
    case 'spread': {
      const spread = cell.std === undefined ? t('onlyOne') : t('plusMinus', cell.std);
      return measure(cell.mean) + Math.max(beside, measure(spread, 'small') + deltaGap) + padding;
    }
    case 'text':
      return measure(cell.text) + (cell.lines > 1 ? measure(t('moreLines', cell.lines)) + deltaGap : 0) + padding;
    case 'state':
      return measure(statusWord(cell.status)) + padding;
    case 'empty':
      return measure(t('emptyValue')) + padding;
    default:
      return 0;
  }
}
