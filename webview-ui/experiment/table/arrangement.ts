/** What the user arranged in the panel of an experiment, as it is kept: never data. Pure. */
import { freshChoice, type ColumnChoice } from './columnSet';
import type { DeltaMode } from './columnView';
import { fieldOf } from './fields';
import type { SortTerm } from './sorting';

export type LayoutMode = 'both' | 'table' | 'charts';

export interface Arrangement {
  readonly query: string;
  /** Undefined: by the primary metric, best first. */
  readonly sort: readonly SortTerm[] | undefined;
  readonly groupBy: readonly string[];
  readonly nested: boolean;
  /** Keys of groups and parents that are open. */
  readonly open: readonly string[];
  readonly columns: ColumnChoice;
  readonly delta: DeltaMode;
  readonly mode: LayoutMode;
  /** The table's share of the height. */
  readonly sash: number;
  /** Key of the line at the top. */
  readonly top: string;
  /** Pixels that the columns are scrolled by. */
  readonly left: number;
  /** Name of the saved view that this came from; empty for none. */
  readonly view: string;
  /** What that view's file held when the panel last took it over, or the user looked at it (`printOf`); empty where that is not known. */
  readonly viewPrint: string;
  /** Queries that were asked before, newest first. */
  readonly recent: readonly string[];
}

export const freshArrangement: Arrangement = {
  query: '',
  sort: undefined,
  groupBy: [],
  nested: false,
  open: [],
  columns: freshChoice,
  delta: 'absolute',
  mode: 'both',
  sash: 0.45,
  top: '',
  left: 0,
  view: '',
  viewPrint: '',
  recent: [],
};

/** Longer lists are cut when they are kept: what is kept stays small. */
const mostKept = 2000;
/** Wider than columns can be in sum; what is more is no place. */
const mostPixels = 1e7;

/** As JSON; `readArrangement` reads it back. */
export function writeArrangement(arrangement: Arrangement): Record<string, unknown> {
  return { ...arrangement, open: arrangement.open.slice(0, mostKept) };
}

/** Field by field, as it may be of an older version or edited by hand. */
export function readArrangement(saved: unknown): Arrangement {
  const from = isRecord(saved) ? saved : {};
  const { query, sort, groupBy, nested, open, columns, delta, mode, sash, top, left, view, viewPrint, recent } = from;
  return {
    query: typeof query === 'string' ? inOneLine(query) : '',
    sort: Array.isArray(sort) ? sort.filter(isTerm).map(({ field, descending }) => ({ field, descending })) : undefined,
    groupBy: fields(groupBy).filter((id) => /^(?:param|tag):/.test(id)),
    nested: nested === true,
    open: texts(open),
    columns: readChoice(columns),
    delta: delta === 'percent' || delta === 'off' ? delta : 'absolute',
    mode: mode === 'table' || mode === 'charts' ? mode : 'both',
    sash: typeof sash === 'number' && sash >= 0.05 && sash <= 0.95 ? sash : freshArrangement.sash,
    top: typeof top === 'string' ? top : '',
    left: typeof left === 'number' && left > 0 && left < mostPixels ? Math.round(left) : 0,
    view: typeof view === 'string' ? view : '',
    viewPrint: typeof viewPrint === 'string' ? viewPrint : '',
    recent: texts(recent).slice(0, 50),
  };
}

/** As the query line has it, character by character: a file that is written by hand may have more lines. */
export function inOneLine(query: string): string {
  return query.replaceAll(/[\n\r]/g, ' ');
}

function readChoice(saved: unknown): ColumnChoice {
  const from = isRecord(saved) ? saved : {};
  const widths: Record<string, number> = {};
  for (const [id, width] of Object.entries(isRecord(from['widths']) ? from['widths'] : {})) {
    if (typeof width === 'number' && width >= 20 && width <= 4000) {
      widths[id] = width;
    }
  }
  return {
    added: fields(from['added']),
    removed: fields(from['removed']),
    order: fields(from['order']),
    pinned: fields(from['pinned']),
    widths,
    onlyDiffering: from['onlyDiffering'] !== false,
  };
}

function isTerm(value: unknown): value is SortTerm {
  return (
    isRecord(value) &&
    typeof value['field'] === 'string' &&
    typeof value['descending'] === 'boolean' &&
    fieldOf(value['field']) !== undefined
  );
}

function fields(value: unknown): string[] {
  return [...new Set(texts(value))].filter((id) => fieldOf(id) !== undefined);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
