import { tableTextSteps, type TableFormat } from '../../src/core/tableText';
import type { PanelChannel } from '../../src/protocol/panelChannel';
import { inTurns } from '../shared/inTurns';
import { Store } from '../shared/store';
import { t } from '../shared/strings';
import { columnIdsOf } from './table/fields';
import type { TableView } from './tableModel';
import type { TableReader } from './tableReader';
import { textFields, textSource, type ColumnScope } from './textColumns';

export interface HandOverWish {
  readonly view: TableView;
  readonly runIds: readonly string[];
  readonly columns: ColumnScope;
  readonly format: TableFormat;
  /** The clipboard, or a file of this name. */
  readonly to: 'clipboard' | { readonly file: string };
}

/** What is handed to other programs, or was just now. */
export type HandOverState =
  | { readonly kind: 'reading' | 'writing'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'done';
      readonly wish: HandOverWish;
      readonly columns: number;
      /** How many columns there are. */
      readonly all: number;
    };

/** Milliseconds until it is told that something is under way: what is soon done is not. */
const untilTold = 200;
/** Milliseconds for which it is told what was done. */
const told = 8000;
/** More values would not fit into a page: each takes some 12 bytes when it is read, and as much when it is written. */
const mostValues = 20_000_000;
/** Milliseconds; the user is asked for a file's name. */
const patience = 600_000;

/** Copies and exports runs: reads the columns that are not there, makes the text in turns, tells how far it is. One thing at a time. */
export class HandingOver {
  readonly state = new Store<HandOverState | undefined>(undefined);
  #abort = new AbortController();
  #timer: number | undefined;

  constructor(
    private readonly reader: Pick<TableReader, 'once'>,
    private readonly channel: PanelChannel,
  ) {}

  cancel(): void {
    this.#abort.abort();
    this.#tell(undefined);
  }

  /** Tells no longer what was done. */
  forget(): void {
    if (this.state.get()?.kind === 'done') {
      this.#tell(undefined);
    }
  }

  /** @throws Error where the columns cannot be read, or the text not be written */
  async run(wish: HandOverWish): Promise<void> {
    this.cancel();
    const abort = (this.#abort = new AbortController());
    try {
      await untilAborted(this.#run(wish, abort.signal), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#tell(undefined);
        throw error instanceof RangeError ? new Error(t('tooMuchAtOnce')) : error;
      }
    }
  }

  async #run(wish: HandOverWish, signal: AbortSignal): Promise<void> {
    const { view, runIds, format, to } = wish;
    const fields = textFields(view, wish.columns);
    const ids = columnIdsOf(fields);
    if (ids.length * view.table.size > mostValues) {
      throw new RangeError('Too many values');
    }
    const write = (): Promise<string> => {
      const source = textSource(view, fields, runIds);
      const onTurn = (done: number): void => this.#progress('writing', done, source.count, signal);
      return inTurns(tableTextSteps(source, format), signal, onTurn);
    };
    this.#progress('reading', 0, ids.length, signal);
    const onRead = (done: number): void => this.#progress('reading', done, ids.length, signal);
    const text = await this.reader.once(ids, write, { signal, onRead });
    const isGiven = await this.#give(to, text, signal);
    if (!signal.aborted) {
      this.#tell(
        isGiven ? { kind: 'done', wish, columns: fields.length, all: textFields(view, 'all').length } : undefined,
      );
    }
  }

  /** @returns false where the user gave up */
  async #give(to: HandOverWish['to'], text: string, signal: AbortSignal): Promise<boolean> {
    if (to === 'clipboard') {
      await this.channel.request('copyText', { text }, { signal });
      return true;
    }
    // It is the user who is waited for now.
    this.#tell(undefined);
    const file = { name: to.file, content: text };
    return (await this.channel.request('saveFile', file, { timeout: patience, signal })).saved;
  }

  #pending: HandOverState | undefined;

  #progress(kind: 'reading' | 'writing', done: number, total: number, signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    this.#pending = { kind, done, total };
    if (this.state.get() !== undefined) {
      this.state.set(this.#pending);
    } else {
      this.#timer ??= window.setTimeout(() => this.state.set(this.#pending), untilTold);
    }
  }

  /** Ends what was told of before. */
  #tell(state: HandOverState | undefined): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.state.set(state);
    if (state?.kind === 'done') {
      this.#timer = window.setTimeout(() => this.#tell(undefined), told);
    }
  }
}

/** What was asked for may not hear the signal, or later. */
async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('It was given up'));
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
