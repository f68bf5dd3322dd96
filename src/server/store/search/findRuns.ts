import type { Int64 } from '../../../core/model';
import { compareText } from '../../../core/search/literals';
import { takingTurns } from '../../turns';
import type { Catalog } from '../catalog';
import { type Cell, integer, real, type Row } from '../sqlite';
import { compileRuns, type RunSlice, type SearchQuery, type SearchStatement } from './statements';

/** Runs that are looked through by one statement: at first, and at most. How many follows from what they took. */
export interface Slices {
  readonly first: number;
  readonly most: number;
}

const usual: Slices = { first: 10_000, most: 20_000 };
const leastSlice = 250;
/** Milliseconds of one statement that are aimed at. */
const aim = 12;

export interface FoundRuns {
  /** (id in the catalog, sort values…) in the order of the search, one more than its limit where more follow. */
  readonly rows: readonly Row[];
  readonly tokenAfter: SearchStatement['tokenAfter'];
}

/**
 * As one statement over all runs of the experiments would find them; large experiments are looked through in turns.
 * @param slices for tests: others
 */
export function findRuns(
  catalog: Catalog,
  query: SearchQuery,
  experiments: readonly number[],
  slices = usual,
): Promise<FoundRuns> {
  return new RunFinder(catalog, query, experiments, slices).find();
}

class RunFinder {
  private found: Row[] = [];
  private size: number;
  /** Of all experiments. */
  private readonly whole: SearchStatement;
  private readonly turn = takingTurns();

  constructor(
    private readonly catalog: Catalog,
    private readonly query: SearchQuery,
    private readonly experiments: readonly number[],
    private readonly slices: Slices,
  ) {
    this.size = slices.first;
    this.whole = compileRuns(query, experiments);
  }

  async find(): Promise<FoundRuns> {
    const { small, large } = this.parts();
    if (large.length === 0 && small.length <= 1) {
      this.look(this.whole);
    } else {
      for (const experiments of small) {
        this.look(compileRuns(this.query, this.experiments, { experiments, before: this.last() }));
        await this.turn();
      }
      for (const experiment of large) {
        await this.lookThrough(experiment);
      }
    }
    return { rows: this.found, tokenAfter: this.whole.tokenAfter };
  }

  /** Small experiments in groups, large ones by themselves; those without runs are left out. */
  private parts(): { small: number[][]; large: number[] } {
    const small: number[][] = [];
    const large: number[] = [];
    let room = 0;
    this.catalog.db.each(
      'SELECT id, next_slot FROM experiments WHERE next_slot > 0 AND id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(this.experiments)],
      (row) => {
        const [id, runs] = [real(row[0]), real(row[1])];
        if (runs > this.size) {
          large.push(id);
          return;
        }
        if (runs > room) {
          small.push([]);
          room = this.size;
        }
        small.at(-1)?.push(id);
        room -= runs;
      },
    );
    return { small, large };
  }

  /** Goes through an experiment by the index of its runs' starts: the newest first, unless the search wants the oldest. */
  private async lookThrough(experiment: number): Promise<void> {
    const [order] = this.query.order;
    const isByStart = order?.field.kind === 'attribute' && order.field.key === 'start_time';
    const ascending = isByStart && order.ascending;
    let from = isByStart ? placeBefore(this.whole.after?.[0], ascending) : undefined;
    for (let more = true; more;) {
      const began = performance.now();
      const to = this.placeAfter(experiment, ascending, from);
      const slice: RunSlice = { experiments: [experiment], before: this.last(), between: { ascending, from, to } };
      this.look(compileRuns(this.query, this.experiments, slice));
      const last = this.last()?.[1];
      const ahead = to === undefined || last === undefined ? 0 : compareCells(last, to.started);
      // Whatever follows comes behind the page.
      const isFull = isByStart && (ascending ? ahead < 0 : ahead > 0);
      more = to !== undefined && !isFull;
      from = to;
      this.size = sizeAfter(this.size, performance.now() - began, this.slices.most);
      await this.turn();
    }
  }

  /** The last run of a slice that begins after a place; undefined where it has all that are left. */
  private placeAfter(experiment: number, ascending: boolean, from: Place | undefined): Place | undefined {
    const [operator, direction] = ascending ? ['>', 'ASC'] : ['<', 'DESC'];
    const after = from === undefined ? '' : `AND (started, id) ${operator} (CAST(? AS INTEGER), ?) `;
    const row = this.catalog.db.row(
      `SELECT started, id FROM runs WHERE experiment = ? ${after}` +
        `ORDER BY started ${direction}, id ${direction} LIMIT 1 OFFSET ?`,
      experiment,
      ...(from === undefined ? [] : [from.started, from.id]),
      this.size - 1,
    );
    return row && { started: integer(row[0]), id: real(row[1]) };
  }

  /** The last row that is found already when the page is full. */
  private last(): Row | undefined {
    return this.found[this.query.limit];
  }

  private look({ sql, parameters }: SearchStatement): void {
    const rows = this.catalog.db.rowsOnce(sql, parameters);
    this.found = mergeRows(this.found, rows, this.whole.ascending, this.query.limit + 1);
  }
}

/** How many to look through next. @param took milliseconds that so many took */
export function sizeAfter(size: number, took: number, most: number): number {
  return Math.min(most, Math.max(leastSlice, Math.round((size * aim) / Math.max(took, aim / 4))));
}

/** The first rows of what two slices found, each in the order of the search. */
export function mergeRows(found: Row[], rows: Row[], ascending: readonly boolean[], most: number): Row[] {
  if (found.length === 0 || rows.length === 0) {
    return found.length === 0 ? rows : found;
  }
  return [...found, ...rows].sort((a, b) => compareRows(a, b, ascending)).slice(0, most);
}

/** Where a run is in the index of its experiment's starts. */
export interface Place {
  readonly started: Int64;
  /** Its number in the catalog. */
  readonly id: number;
}

/** In front of all runs that started when the last of the page before did: it may have ended between them. */
function placeBefore(started: Cell | undefined, ascending: boolean): Place | undefined {
  const isStart = typeof started === 'bigint' || Number.isSafeInteger(started);
  return isStart ? { started: integer(started), id: ascending ? 0 : Number.MAX_SAFE_INTEGER } : undefined;
}

/** The order of SQLite: numbers by value, texts by code points. */
function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return compareText(a, b);
  }
  const [left, right] = [a ?? 0, b ?? 0];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareRows(a: Row, b: Row, ascending: readonly boolean[]): number {
  for (const [i, each] of ascending.entries()) {
    const order = compareCells(a[i + 1], b[i + 1]);
    if (order !== 0) {
      return each ? order : -order;
    }
  }
  return 0;
}
