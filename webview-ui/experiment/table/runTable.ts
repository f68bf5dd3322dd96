/** The runs of the panel and the columns of them that were read. Pure. */
import type { RunStatus } from '../../../src/core/model';
import type { ColumnId, KeyFacts, TableColumns, TableRows } from '../../../src/protocol/tableTypes';
import type { RunMark } from '../../shared/lostRuns';
import { takeColumn, TextColumn, type ColumnData } from './columnData';
import { columnIdOf, fieldId, type TableField } from './fields';

/** In the order in which states are sorted and listed: what goes on, what should, what ended. */
export const runMarks = [
  'RUNNING',
  'LOST',
  'SCHEDULED',
  'FINISHED',
  'FAILED',
  'KILLED',
] as const satisfies readonly RunMark[];

/** Every key of the runs. */
export interface KeyCatalogue {
  readonly metrics: readonly KeyFacts[];
  readonly params: readonly KeyFacts[];
  readonly tags: readonly KeyFacts[];
}

/**
 * Each run has a slot, which it keeps for as long as the panel lives, so that columns read at different times meet. It is
 * changed in place: 10,000 runs come and change all the time; `version` says that something did.
 */
export class RunTable {
  version = 0;
  readonly id: string[] = [];
  readonly name: string[] = [];
  readonly status: RunStatus[] = [];
  /** Unix milliseconds, NaN where there is none. */
  readonly started: number[] = [];
  readonly ended: number[] = [];
  /** Place in its experiment's order of creation (colour). */
  readonly place: number[] = [];
  readonly parent: string[] = [];
  /** Its name. */
  readonly experiment: string[] = [];
  readonly experimentId: string[] = [];
  /** Slots of the runs that are there, newest start first. */
  order: Int32Array = new Int32Array(0);
  catalogue: KeyCatalogue = { metrics: [], params: [], tags: [] };
  experiments: readonly { readonly id: string; readonly name: string }[] = [];
  /** Rises when rows were read, or other runs are lost. */
  rowsVersion = 0;
  #lost: ReadonlySet<string> = new Set();
  readonly #slotOfNumber = new Map<number, number>();
  readonly #slotOfId = new Map<string, number>();
  readonly #columns = new Map<string, ColumnData>();
  /** Names as a column, made when it is asked for. */
  #names: { column: TextColumn; version: number } | undefined;
  #experimentNames: { column: TextColumn; version: number } | undefined;

  get size(): number {
    return this.order.length;
  }

  slotOf(id: string): number | undefined {
    const slot = this.#slotOfId.get(id);
    return slot !== undefined && this.#isThere[slot] === true ? slot : undefined;
  }

  readonly #isThere: boolean[] = [];
  /** A run came, or began at another time: values come all the time, and sorting thousands of runs takes some. */
  #isOtherOrder = false;

  has(slot: number): boolean {
    return this.#isThere[slot] === true;
  }

  /**
   * Takes rows that were read.
   * @param asked ids of the runs that were asked for; undefined: all. Those that the answer leaves out are no longer there.
   */
  takeRows(rows: TableRows, asked?: readonly string[]): void {
    const gone = new Set(asked ? asked.flatMap((id) => this.slotOf(id) ?? []) : this.order);
    rows.id.forEach((id, i) => gone.delete(this.#takeRow(rows, id, i)));
    gone.forEach((slot) => (this.#isThere[slot] = false));
    this.catalogue = asked ? mergedCatalogue(this.catalogue, rows) : { ...pick(rows) };
    if (!asked) {
      this.experiments = rows.experiments;
    }
    if (this.#isOtherOrder || gone.size > 0) {
      this.order = this.#newestFirst();
      this.#isOtherOrder = false;
    }
    this.rowsVersion++;
    this.version++;
  }

  /** Takes columns, asked for the same runs as in `takeRows`. */
  takeColumns(ids: readonly ColumnId[], answer: TableColumns, asked?: readonly string[]): void {
    const slots = asked ? asked.flatMap((id) => this.slotOf(id) ?? []) : this.order;
    // Columns of the same runs have the same numbers, looked up once.
    const found = new Map<Uint32Array, Int32Array>();
    ids.forEach((id, i) => {
      const column = answer.columns[i];
      if (column) {
        const { number } = column;
        const own = found.get(number) ?? this.#slotsOf(number);
        found.set(number, own);
        const key = fieldId(id);
        this.#columns.set(key, takeColumn(this.#columns.get(key), column, own, slots));
      }
    });
    this.version++;
  }

  /** -1 for runs that are not in the table. */
  #slotsOf(numbers: Uint32Array): Int32Array {
    return Int32Array.from(numbers, (number) => this.#slotOfNumber.get(number) ?? -1);
  }

  /** The values of a field, undefined while they were not read. Attributes that are no text or number have none. */
  column(field: TableField): ColumnData | undefined {
    if (field.kind === 'attribute') {
      return field.key === 'name'
        ? this.#nameColumn()
        : field.key === 'experiment'
          ? this.#experimentColumn()
          : undefined;
    }
    const id = columnIdOf(field);
    return id && this.#columns.get(fieldId(id));
  }

  /** Ids of the columns that were read, to be read again when runs changed. */
  get columnKeys(): readonly string[] {
    return [...this.#columns.keys()];
  }

  dropColumn(key: string): void {
    this.#columns.delete(key);
  }

  /** Milliseconds from start to end, or to `now` while the run runs; NaN where it is not known, as when a lost run ended. */
  duration(slot: number, now: number): number {
    const ended = this.ended[slot] ?? NaN;
    const until = Number.isNaN(ended) && this.markOf(slot) === 'RUNNING' ? now : ended;
    return until - (this.started[slot] ?? NaN);
  }

  /** Says which of the running runs are lost. */
  setLost(runIds: ReadonlySet<string>): void {
    this.#lost = runIds;
    this.rowsVersion++;
    this.version++;
  }

  /** The status as it is shown. */
  markOf(slot: number): RunMark {
    const status = this.status[slot] ?? 'FINISHED';
    return status === 'RUNNING' && this.#lost.has(this.id[slot] ?? '') ? 'LOST' : status;
  }

  /** Whether any of the runs that are there goes on, as far as is known. */
  get goesOn(): boolean {
    return this.order.some((slot) => this.markOf(slot) === 'RUNNING');
  }

  statusRank(slot: number): number {
    return runMarks.indexOf(this.markOf(slot));
  }

  #takeRow(rows: TableRows, id: string, i: number): number {
    const slot = this.#slotOfId.get(id) ?? this.id.length;
    const started = rows.started[i] ?? NaN;
    this.#isOtherOrder ||= this.#isThere[slot] !== true || !Object.is(this.started[slot], started);
    this.id[slot] = id;
    this.name[slot] = rows.name[i] ?? '';
    this.status[slot] = rows.status[i] ?? 'FINISHED';
    this.started[slot] = started;
    this.ended[slot] = rows.ended[i] ?? NaN;
    this.place[slot] = rows.slot[i] ?? 0;
    this.parent[slot] = rows.parent[i] ?? '';
    const experiment = rows.experiments[rows.experiment[i] ?? -1];
    this.experiment[slot] = experiment?.name ?? '';
    this.experimentId[slot] = experiment?.id ?? '';
    this.#isThere[slot] = true;
    this.#slotOfId.set(id, slot);
    this.#slotOfNumber.set(rows.number[i] ?? -1, slot);
    return slot;
  }

  #newestFirst(): Int32Array {
    const slots = Int32Array.from(this.id.flatMap((_, slot) => (this.#isThere[slot] === true ? [slot] : [])));
    const time = (slot: number): number => this.started[slot] ?? NaN;
    return slots.sort((a, b) => {
      const [left, right] = [time(a), time(b)];
      if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) {
        return Number.isNaN(left) ? 1 : Number.isNaN(right) ? -1 : right - left;
      }
      return (this.id[a] ?? '') < (this.id[b] ?? '') ? -1 : 1;
    });
  }

  #nameColumn(): TextColumn {
    this.#names = this.#textsOf(this.#names, this.name);
    return this.#names.column;
  }

  #experimentColumn(): TextColumn {
    this.#experimentNames = this.#textsOf(this.#experimentNames, this.experiment);
    return this.#experimentNames.column;
  }

  #textsOf(made: { column: TextColumn; version: number } | undefined, texts: readonly string[]) {
    if (made?.version === this.version) {
      return made;
    }
    const isSame = made !== undefined && texts.every((text, slot) => made.column.get(slot) === text);
    if (isSame && made.column.code.length >= texts.length) {
      return { column: made.column, version: this.version };
    }
    const column = new TextColumn();
    texts.forEach((text, slot) => column.set(slot, text));
    column.version = this.version;
    return { column, version: this.version };
  }
}

function pick({ metrics, params, tags }: KeyCatalogue): KeyCatalogue {
  return { metrics, params, tags };
}

/** Of a part of the runs only new keys are learned; how many have a key is known from a reading of all. */
function mergedCatalogue(known: KeyCatalogue, part: KeyCatalogue): KeyCatalogue {
  return {
    metrics: mergedKeys(known.metrics, part.metrics),
    params: mergedKeys(known.params, part.params),
    tags: mergedKeys(known.tags, part.tags),
  };
}

function mergedKeys(known: readonly KeyFacts[], part: readonly KeyFacts[]): readonly KeyFacts[] {
  const names = new Set(known.map(({ key }) => key));
  const added = part.filter(({ key }) => !names.has(key));
  if (added.length === 0) {
    return known;
  }
  // The runs that were not asked lack it.
  const all = [...known, ...added.map((facts) => ({ ...facts, differs: true }))];
  return all.sort((a, b) => (a.key < b.key ? -1 : 1));
}
