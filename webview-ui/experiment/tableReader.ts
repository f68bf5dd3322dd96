import { Coalescer } from '../../src/core/coalescer';
import type { TableFacts } from '../../src/protocol/experimentPanel';
import type { PanelChannel } from '../../src/protocol/panelChannel';
import { decodeTableColumns, decodeTableRows } from '../../src/protocol/tableCodec';
import type { ColumnId } from '../../src/protocol/tableTypes';
import { Store } from '../shared/store';
import { fieldId } from './table/fields';
import { RunTable } from './table/runTable';

/** What the reader has, told anew with every change of it. */
export type ReaderState =
  | { readonly kind: 'loading' }
  /** The user did not want to wait any longer. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'ready';
      readonly facts: TableFacts;
      /** `RunTable.version` */
      readonly version: number;
      /** When it was read, Unix milliseconds. */
      readonly at: number;
      /** Why a later reading failed; what is here stays. */
      readonly problem?: string;
      /** Columns are not here that should be, and never were. */
      readonly isPartial?: true;
    };

/** Milliseconds between two readings: as often as new values are shown (ui.md 8). */
const interval = 500;
/** More runs at once are cheaper to read with all others. */
const mostSingle = 400;
/** Columns in one answer: small enough that the first ones are soon there. */
const columnsAtOnce = 50;
/** A large table of a server far away takes its time; the wait can be cancelled. Milliseconds. */
const patience = 600_000;
/** Columns that are kept although nothing shows them now. */
const mostColumns = 300;

/**
 * Reads the runs and those of their columns that something needs, and again what was reported as changed; many changes in short
 * order become one reading.
 */
export class TableReader {
  readonly table = new RunTable();
  readonly state = new Store<ReaderState>({ kind: 'loading' });
  readonly #pump: Coalescer;
  readonly #needs = new Map<string, readonly ColumnId[]>();
  /** Runs that changed since they were read; `all`: any of them. */
  #stale: Set<string> | 'all' = 'all';
  #areFactsStale = true;
  #facts: TableFacts | undefined;
  #hasRows = false;
  #abort = new AbortController();
  #isStarted = false;
  #onces = 0;
  /** What was asked for before the start. */
  #early: { readonly facts: Promise<TableFacts>; readonly rows: Promise<ArrayBuffer> } | undefined;

  constructor(
    private readonly channel: PanelChannel,
    private readonly onError: (error: unknown) => void,
    /** Which columns are needed before anything can be shown, once the rows are known. */
    private readonly firstNeeds: (facts: TableFacts) => readonly ColumnId[],
  ) {
    this.#pump = new Coalescer(() => this.#read(), { minInterval: interval, onError });
  }

  /** Asks for what is read first however the table is arranged, before that is known. */
  prepare(): void {
    this.#early = { facts: this.#readFacts(), rows: this.#askRows() };
    for (const answer of Object.values(this.#early)) {
      // Told when it is read.
      answer.catch(() => undefined);
    }
  }

  start(): void {
    this.#isStarted = true;
    this.#request();
  }

  /** Gives up the first reading, also on the server. */
  cancel(): void {
    if (this.state.get().kind === 'loading') {
      this.#abort.abort();
      this.state.set({ kind: 'cancelled' });
    }
  }

  /** Reads what could not be read, or was not to be. */
  retry(): void {
    if (this.state.get().kind !== 'ready') {
      this.#abort = new AbortController();
      this.state.set({ kind: 'loading' });
    }
    this.invalidate(undefined);
  }

  /** Runs changed; undefined: it is not known which. */
  invalidate(runIds: readonly string[] | undefined): void {
    this.#early = undefined;
    if (runIds === undefined) {
      this.#stale = 'all';
    } else if (this.#stale !== 'all') {
      for (const id of runIds) {
        this.#stale.add(id);
      }
    }
    this.#request();
  }

  invalidateFacts(): void {
    this.#early = undefined;
    this.#areFactsStale = true;
    this.#request();
  }

  /** What changes while nothing is to be read is read with the rest. */
  #request(): void {
    if (this.#isStarted && this.state.get().kind !== 'cancelled') {
      this.#pump.request();
    }
  }

  /** Columns that `who` needs from now on. Read at once where they are not there. */
  need(who: string, columns: readonly ColumnId[]): void {
    this.#needs.set(who, columns);
    if (this.state.get().kind === 'ready' && this.#stale !== 'all' && this.#missing().length > 0) {
      this.#readMissing().catch((error: unknown) => this.#fail(error));
    }
  }

  /**
   * Reads columns for something that needs them once, also such as nothing shows.
   * @param use of them, when all are there; they stay until it is done
   * @param onRead told how many of them are there
   * @throws Error where they cannot be read, or the signal came
   */
  async once<Value>(
    columns: readonly ColumnId[],
    use: () => Value | Promise<Value>,
    { signal, onRead }: { readonly signal?: AbortSignal; readonly onRead?: (count: number) => void } = {},
  ): Promise<Value> {
    const who = `once ${this.#onces++}`;
    try {
      for (let from = 0; from < columns.length; from += columnsAtOnce) {
        signal?.throwIfAborted();
        const part = columns.slice(from, from + columnsAtOnce);
        this.#needs.set(who, columns.slice(0, from + part.length));
        await this.#readMissing();
        // Asked for by others, just now.
        await Promise.all(part.flatMap((id) => this.#underWay.get(fieldId(id)) ?? []));
        onRead?.(from + part.length);
      }
      signal?.throwIfAborted();
      return await use();
    } finally {
      this.#needs.delete(who);
    }
  }

  /** Resolves when all that was asked for is read, or could not be. */
  whenIdle(): Promise<void> {
    return this.#pump.whenIdle();
  }

  dispose(): void {
    this.#pump.dispose();
  }

  async #read(): Promise<void> {
    const stale = this.#stale;
    const wasFactsStale = this.#areFactsStale;
    this.#stale = new Set();
    this.#areFactsStale = false;
    try {
      const facts = wasFactsStale ? undefined : this.#facts;
      if (stale === 'all' || stale.size > mostSingle) {
        await this.#readAll(facts);
      } else {
        this.#facts = facts ?? (await this.#readFacts());
        if (stale.size > 0) {
          await this.#readSome([...stale]);
        }
      }
      await this.#readMissing();
      this.#tell();
    } catch (error) {
      // What was to be read still is.
      this.#stale = joined(stale, this.#stale);
      this.#areFactsStale ||= wasFactsStale;
      this.#fail(error);
    }
  }

  #readFacts(): Promise<TableFacts> {
    return this.channel.request('tableFacts', {}, this.#options());
  }

  #askRows(): Promise<ArrayBuffer> {
    return this.channel.request('tableRows', {}, this.#options());
  }

  /** @param known facts that need not be read again */
  async #readAll(known: TableFacts | undefined): Promise<void> {
    const early = this.#early;
    this.#early = undefined;
    const [facts, rows] = await Promise.all([
      known ?? early?.facts ?? this.#readFacts(),
      early?.rows ?? this.#askRows(),
    ]);
    this.#facts = facts;
    this.table.takeRows(decodeTableRows(rows));
    this.#hasRows = true;
    if (this.state.get().kind !== 'ready') {
      this.#needs.set('first', this.firstNeeds(facts));
    }
    const needed = new Set(this.#needed().map(fieldId));
    // What nothing shows now is read when it is shown again.
    this.table.columnKeys.filter((key) => !needed.has(key)).forEach((key) => this.table.dropColumn(key));
    await this.#readColumns(this.#needed());
  }

  async #readSome(runIds: string[]): Promise<void> {
    this.table.takeRows(decodeTableRows(await this.channel.request('tableRows', { runIds }, this.#options())), runIds);
    await this.#readColumns(
      this.#needed().filter((id) => this.table.column(id) !== undefined),
      runIds,
    );
    // Of these runs it would be old.
    const needed = new Set(this.#needed().map(fieldId));
    this.table.columnKeys.filter((key) => !needed.has(key)).forEach((key) => this.table.dropColumn(key));
  }

  #missing(): ColumnId[] {
    return this.#needed().filter((id) => this.table.column(id) === undefined && !this.#underWay.has(fieldId(id)));
  }

  readonly #underWay = new Map<string, Promise<void>>();

  async #readMissing(): Promise<void> {
    const missing = this.#missing();
    if (missing.length > 0) {
      const keys = missing.map(fieldId);
      const reading = this.#readColumns(missing);
      keys.forEach((key) => this.#underWay.set(key, reading));
      try {
        await reading;
      } finally {
        keys.forEach((key) => this.#underWay.delete(key));
      }
      this.#dropOld();
      this.#tell();
    }
  }

  async #readColumns(ids: readonly ColumnId[], runIds?: string[]): Promise<void> {
    const readings: Promise<void>[] = [];
    for (let from = 0; from < ids.length; from += columnsAtOnce) {
      readings.push(this.#readBatch(ids.slice(from, from + columnsAtOnce), runIds));
    }
    await Promise.all(readings);
  }

  async #readBatch(columns: ColumnId[], runIds?: string[]): Promise<void> {
    const params = { columns, ...(runIds ? { runIds } : {}) };
    const answer = await this.channel.request('tableColumns', params, this.#options());
    this.table.takeColumns(columns, decodeTableColumns(answer), runIds);
  }

  /** What somebody needs, each column once. */
  #needed(): ColumnId[] {
    const found = new Map([...this.#needs.values()].flat().map((id) => [fieldId(id), id]));
    return [...found.values()];
  }

  #dropOld(): void {
    const needed = new Set(this.#needed().map(fieldId));
    const idle = this.table.columnKeys.filter((key) => !needed.has(key));
    idle.slice(0, Math.max(0, this.table.columnKeys.length - mostColumns)).forEach((key) => this.table.dropColumn(key));
  }

  #tell(): void {
    if (this.#facts) {
      this.state.set({ kind: 'ready', facts: this.#facts, version: this.table.version, at: Date.now() });
    }
  }

  #options(): { signal: AbortSignal; timeout: number } {
    return { signal: this.#abort.signal, timeout: patience };
  }

  #fail(error: unknown): void {
    if (this.state.get().kind === 'cancelled') {
      return;
    }
    const problem = error instanceof Error ? error.message : String(error);
    const before = this.state.get();
    if (before.kind === 'ready') {
      this.state.set({ ...before, problem });
    } else if (this.#facts && this.#hasRows) {
      const [facts, { version }] = [this.#facts, this.table];
      this.state.set({ kind: 'ready', facts, version, at: Date.now(), problem, isPartial: true });
    } else {
      this.state.set({ kind: 'failed', message: problem });
    }
    this.onError(error);
  }
}

function joined(a: Set<string> | 'all', b: Set<string> | 'all'): Set<string> | 'all' {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
