/** What a cell shows, what it tells on hover, and what is copied from it. Pure. */
import {
  cutPath,
  cutWhole,
  exactNumber,
  formatAgo,
  formatDuration,
  formatInstant,
  formatShare,
  formatSpread,
} from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { utcTime } from '../../../src/core/runsTable';
import type { RunMark } from '../../shared/lostRuns';
import { distinctTexts, spreadOf } from './aggregate';
import { deltaOf, type Delta, type Verdict } from './best';
import type { ColumnView, DeltaMode } from './columnView';
import type { RunTable } from './runTable';

export type CellView =
  /** The run lacks it: `–`. */
  | { readonly kind: 'none' }
  /** Not read yet. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'state'; readonly status: RunMark }
  | { readonly kind: 'trend' }
  | {
      readonly kind: 'number';
      readonly text: string;
      readonly isNaN: boolean;
      readonly best: Better | undefined;
      readonly delta: { readonly text: string; readonly verdict: Verdict | undefined } | undefined;
    }
  | { readonly kind: 'text'; readonly text: string; readonly lines: number; readonly isDim: boolean }
  | { readonly kind: 'empty' }
  | { readonly kind: 'spread'; readonly mean: string; readonly n: number; readonly std: string | undefined };

export interface CellContext {
  readonly table: RunTable;
  readonly delta: DeltaMode;
  readonly baseline: number | undefined;
  /** Unix milliseconds. */
  readonly now: number;
}

const none: CellView = { kind: 'none' };
const waiting: CellView = { kind: 'waiting' };
/** Longer texts are cut by the cell's width anyway. */
const mostCharacters = 400;

export function cellView(view: ColumnView, slot: number, context: CellContext): CellView {
  const { field, data } = view;
  if (field.kind === 'attribute') {
    return attributeCell(field.key, slot, context);
  }
  if (field.kind === 'trend') {
    return { kind: 'trend' };
  }
  if (data === undefined) {
    return waiting;
  }
  if (data.kind === 'numbers') {
    return numberCell(view, data.get(slot), slot, context);
  }
  const text = data.get(slot);
  return text === undefined ? none : text === '' ? { kind: 'empty' } : textCell(text, false);
}

function numberCell(view: ColumnView, value: number | undefined, slot: number, context: CellContext): CellView {
  const { field, format, better, best, base } = view;
  if (value === undefined) {
    return none;
  }
  if (field.kind === 'metric' && field.aggregate === 'time') {
    return textCell(formatAgo(Math.round(value), context.now), true);
  }
  // Without a finite point there is no least one; but something was logged.
  if (Number.isNaN(value) && field.kind === 'metric' && field.aggregate !== 'last') {
    return textCell('NaN', true);
  }
  const delta = slot === context.baseline || context.delta === 'off' ? undefined : deltaOf(value, base, better);
  return {
    kind: 'number',
    text: format.value(value),
    isNaN: Number.isNaN(value),
    best: best !== undefined && value === best ? better : undefined,
    delta: delta && { text: deltaText(delta, view, context.delta), verdict: delta.verdict },
  };
}

/** Of a baseline of 0 nothing is a share: the plain difference stands there, told apart by its lack of `%`. */
function deltaText({ difference, share }: Delta, { format }: ColumnView, mode: DeltaMode): string {
  return mode === 'percent' && share !== undefined ? formatShare(share) : format.difference(difference);
}

function attributeCell(key: string, slot: number, { table, now }: CellContext): CellView {
  const time = (value: number | undefined): CellView =>
    value === undefined || Number.isNaN(value) ? none : textCell(formatAgo(Math.round(value), now), true);
  switch (key) {
    case 'state':
      return { kind: 'state', status: table.markOf(slot) };
    case 'started':
      return time(table.started[slot]);
    case 'ended':
      return time(table.ended[slot]);
    case 'duration': {
      const duration = table.duration(slot, now);
      return Number.isNaN(duration) ? none : textCell(formatDuration(duration), false);
    }
    case 'id':
      return textCell(table.id[slot] ?? '', true);
    case 'experiment':
      return textCell(table.experiment[slot] ?? '', false);
    default:
      return textCell(table.name[slot] ?? '', false);
  }
}

/** Texts of many lines show the first; what looks like a path is cut in the middle. */
function textCell(text: string, isDim: boolean): CellView {
  const [first = ''] = text.split(/\r\n|\n|\r/, 1);
  const lines = first.length === text.length ? 1 : text.trimEnd().split(/\r\n|\n|\r/).length;
  const isPath = lines === 1 && /^(?:[a-z][\w+.-]*:\/\/|[~.]{0,2}\/|[A-Za-z]:\\)\S*$/.test(text);
  return { kind: 'text', text: isPath ? cutPath(first, 28) : cutWhole(first, mostCharacters), lines, isDim };
}

const groupCells = new WeakMap<ColumnView, WeakMap<Int32Array, CellView>>();

/** The cell of a group: figures over its runs, or the different texts; worked out once for a column as it is. */
export function groupCell(view: ColumnView, slots: Int32Array, context: CellContext): CellView {
  if (view.field.kind === 'attribute') {
    return freshGroupCell(view, slots, context);
  }
  const known = groupCells.get(view) ?? new WeakMap<Int32Array, CellView>();
  groupCells.set(view, known);
  const cell = known.get(slots) ?? freshGroupCell(view, slots, context);
  known.set(slots, cell);
  return cell;
}

function freshGroupCell(view: ColumnView, slots: Int32Array, context: CellContext): CellView {
  const { field, data, format } = view;
  const { table, now } = context;
  if (field.kind === 'attribute') {
    if (field.key !== 'duration') {
      return { kind: 'text', text: '', lines: 1, isDim: true };
    }
    const spread = spreadOf(slots, (slot) => table.duration(slot, now));
    return spread ? textCell(formatDuration(spread.mean), false) : none;
  }
  if (field.kind === 'trend') {
    return { kind: 'trend' };
  }
  if (data === undefined) {
    return waiting;
  }
  if (data.kind === 'texts') {
    const { values, more } = distinctTexts(slots, data);
    const shown = values.map((each) => (each === '' ? '""' : (each.split('\n', 1)[0] ?? '')));
    return values.length === 0 ? none : textCell([...shown, ...(more > 0 ? ['…'] : [])].join(', '), false);
  }
  const spread = spreadOf(slots, (slot) => data.get(slot));
  if (!spread) {
    return none;
  }
  const mean = format.value(spread.mean);
  const std = spread.n < 2 ? undefined : formatSpread(spread.std, mean.includes('e'));
  return { kind: 'spread', mean, n: spread.n, std };
}

/** What is known of a value that is told on hover. */
export interface ValueFacts {
  /** Where it was logged, where that is known: the step as it is written. */
  readonly step: string | undefined;
  readonly time: number | undefined;
  readonly locale: string | undefined;
  /** A difference to the baseline with the word for what it means. */
  readonly judged: (difference: string, verdict: Verdict) => string;
}

/** The hover of a cell: exact values, and what the cell has no room for. */
export function cellTitle(view: ColumnView, slot: number, context: CellContext, at: ValueFacts): string | undefined {
  const { field, data } = view;
  const instant = (value: number | undefined): string | undefined => {
    if (value === undefined || Number.isNaN(value)) {
      return undefined;
    }
    const { local, utc } = formatInstant(Math.round(value), at.locale);
    return `${local}\n${utc}`;
  };
  if (field.kind === 'attribute') {
    const { table } = context;
    return field.key === 'started'
      ? instant(table.started[slot])
      : field.key === 'ended'
        ? instant(table.ended[slot])
        : field.key === 'id'
          ? table.id[slot]
          : undefined;
  }
  if (data?.kind === 'texts') {
    return data.get(slot);
  }
  const value = data?.kind === 'numbers' ? data.get(slot) : undefined;
  if (value === undefined) {
    return undefined;
  }
  const delta = slot === context.baseline ? undefined : deltaOf(value, view.base, view.better);
  const signed = (each: number): string => (each > 0 ? `+${exactNumber(each)}` : exactNumber(each === 0 ? 0 : each));
  const share = delta?.share === undefined ? '' : ` (${formatShare(delta.share)})`;
  const plain = delta && `Δ ${signed(delta.difference)}${share}`;
  const lines = [
    exactNumber(value),
    plain && delta.verdict ? at.judged(plain, delta.verdict) : plain,
    at.step,
    instant(at.time),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

/** What is copied and exported: full precision, ASCII minus, times in UTC; undefined where the run lacks it. */
export function exactCell(view: ColumnView, slot: number, { table, now }: CellContext): string | number | undefined {
  const { field, data } = view;
  const time = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : utcTime(Math.round(value));
  if (field.kind === 'attribute') {
    switch (field.key) {
      case 'name':
        return table.name[slot];
      case 'state':
        return table.markOf(slot);
      case 'experiment':
        return table.experiment[slot];
      case 'started':
        return time(table.started[slot]);
      case 'ended':
        return time(table.ended[slot]);
      case 'id':
        return table.id[slot];
      case 'duration': {
        const duration = table.duration(slot, now);
        return Number.isNaN(duration) ? undefined : duration / 1000;
      }
    }
  }
  const value = data?.get(slot);
  return field.kind === 'metric' && field.aggregate === 'time' && typeof value === 'number' ? time(value) : value;
}

/** The same of a group: the mean of its numbers, else what the cell shows. */
export function exactGroupCell(view: ColumnView, slots: Int32Array, context: CellContext): string | number | undefined {
  const { field, data } = view;
  if (field.kind === 'attribute' && field.key === 'duration') {
    const spread = spreadOf(slots, (slot) => context.table.duration(slot, context.now));
    return spread && spread.mean / 1000;
  }
  if (data?.kind === 'numbers') {
    return spreadOf(slots, (slot) => data.get(slot))?.mean;
  }
  const cell = groupCell(view, slots, context);
  return cell.kind === 'text' ? cell.text : undefined;
}
