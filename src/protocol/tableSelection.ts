/** Answers about tables (`tableTypes.ts`) from cells in memory, for the server's table and for the client's over other servers. */
import { tagNames } from '../core/model';
import type { SparseColumn, TextColumn } from '../core/sparseColumns';
import type { ColumnId, KeyFacts, MetricAggregate, TableColumn } from './tableTypes';

/** To be awaited now and then in long work: lets others go first when it is time. */
export type Turn = () => Promise<void>;

export interface TableCells {
  /** The last values. */
  readonly metrics: ReadonlyMap<string, SparseColumn>;
  readonly params: ReadonlyMap<string, TextColumn>;
  readonly tags: ReadonlyMap<string, TextColumn>;
  /** A metric's figure; undefined where no run has the metric. Takes turns. */
  figure(key: string, aggregate: MetricAggregate, turn: Turn): Promise<SparseColumn | undefined>;
}

/** Milliseconds until others get their turn. */
const longestTurn = 20;
/** Finding a run in a column costs about as much as passing by so many. */
const searchCost = 16;
const nowhere = 0xffffffff;

/** Some runs of an experiment's table. */
export class Selection<Cells extends TableCells = TableCells> {
  readonly #first: number;
  readonly #has: Uint8Array;

  /** @param numbers ascending */
  constructor(
    readonly cells: Cells,
    readonly numbers: Uint32Array,
  ) {
    this.#first = numbers[0] ?? 0;
    this.#has = new Uint8Array((numbers.at(-1) ?? -1) - this.#first + 1);
    numbers.forEach((number) => (this.#has[number - this.#first] = 1));
  }

  /** Where in a column the cells of these runs are, in ascending order. */
  places(column: SparseColumn | TextColumn): Uint32Array {
    if (this.numbers.length * searchCost < column.count) {
      return this.numbers.map((number) => column.placeOf(number) ?? nowhere).filter((place) => place !== nowhere);
    }
    const { runs } = column;
    const places = new Uint32Array(Math.min(runs.length, this.numbers.length));
    let count = 0;
    for (let at = 0; at < runs.length; at++) {
      if (this.#has[(runs[at] ?? 0) - this.#first] === 1) {
        places[count++] = at;
      }
    }
    return places.subarray(0, count);
  }
}

/** What `TableRows` says of the keys of some runs, sorted by key. */
export async function keyFacts(
  selections: readonly Selection[],
  kind: 'metrics' | 'params' | 'tags',
  turn: Turn,
): Promise<KeyFacts[]> {
  const total = selections.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const keys = new Set(selections.flatMap(({ cells }) => [...cells[kind].keys()]));
  const facts: KeyFacts[] = [];
  for (const key of [...keys].sort()) {
    const values = new Values();
    for (const selection of selections) {
      const column = selection.cells[kind].get(key);
      if (column !== undefined) {
        values.add(column, selection.places(column));
      }
    }
    if (values.count > 0) {
      facts.push({ key, runs: values.count, differs: values.differ || values.count < total });
    }
    await turn();
  }
  return facts;
}

/** The column of runs; those without the key are left out. */
export async function columnOf(
  selections: readonly Selection[],
  column: Exclude<ColumnId, { kind: 'metricAt' }>,
  turn: Turn,
): Promise<TableColumn> {
  if (column.kind !== 'metric') {
    return textColumn(selections, column.kind === 'param' ? 'params' : 'tags', column.key);
  }
  const parts: { number: Uint32Array; value: Float64Array }[] = [];
  for (const selection of selections) {
    const cells = await selection.cells.figure(column.key, column.aggregate, turn);
    if (cells !== undefined) {
      const places = selection.places(cells);
      const { runs, values } = cells;
      parts.push({
        number: places.map((place) => runs[place] ?? 0),
        value: Float64Array.from(places, (place) => values[place] ?? NaN),
      });
    }
  }
  const length = parts.reduce((sum, { number }) => sum + number.length, 0);
  const whole = { kind: 'numbers', number: new Uint32Array(length), value: new Float64Array(length) } as const;
  let at = 0;
  for (const { number, value } of parts) {
    whole.number.set(number, at);
    whole.value.set(value, at);
    at += number.length;
  }
  return whole;
}

function textColumn(selections: readonly Selection[], kind: 'params' | 'tags', key: string): TableColumn {
  const number: number[] = [];
  const code: number[] = [];
  const codeOf = new Map<string, number>();
  for (const selection of selections) {
    const column = selection.cells[kind].get(key);
    if (column === undefined) {
      continue;
    }
    const { runs, codes, texts } = column;
    const answerCodes = new Map<number, number>();
    for (const place of selection.places(column)) {
      const own = codes[place] ?? 0;
      let known = answerCodes.get(own);
      if (known === undefined) {
        const text = texts[own] ?? '';
        known = codeOf.get(text) ?? codeOf.size;
        codeOf.set(text, known);
        answerCodes.set(own, known);
      }
      number.push(runs[place] ?? 0);
      code.push(known);
    }
  }
  return { kind: 'texts', number: Uint32Array.from(number), code: Uint32Array.from(code), values: [...codeOf.keys()] };
}

/** Ids of the parents of runs that have one, by run number. */
export function parentsOf(selections: readonly Selection[]): Map<number, string> {
  const parents = new Map<number, string>();
  for (const selection of selections) {
    const column = selection.cells.tags.get(tagNames.parentRunId);
    for (const place of column === undefined ? [] : selection.places(column)) {
      parents.set(column?.runs[place] ?? 0, column?.texts[column.codes[place] ?? 0] ?? '');
    }
  }
  return parents;
}

/** @param next ends when others have had their turn */
export function takeTurns(next: () => Promise<void>): Turn {
  let end = performance.now() + longestTurn;
  return async () => {
    if (performance.now() > end) {
      await next();
      end = performance.now() + longestTurn;
    }
  };
}

/** Counts values, and whether they are all the same. */
class Values {
  count = 0;
  differ = false;
  #first: number | string | undefined;

  add(column: SparseColumn | TextColumn, places: Uint32Array): void {
    this.count += places.length;
    const [first] = places;
    if (first === undefined || this.differ) {
      return;
    }
    // Each text of a column has one code, so that codes tell within it, and the first text between columns.
    const cells = 'codes' in column ? column.codes : column.values;
    const own = cells[first] ?? NaN;
    const value = 'codes' in column ? (column.texts[own] ?? '') : own;
    this.#first ??= value;
    this.differ = !same(value, this.#first) || !places.every((place) => same(cells[place] ?? NaN, own));
  }
}

/** 0 and -0 are shown alike; NaN is itself. */
function same(a: number | string, b: number | string): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
