import {
  cellsText,
  tableTextSteps,
  type TableCell,
  type ExportFormat,
  type TableFormat,
  type TextPart,
} from '../../src/core/tableText';
import type { ExportField } from '../../src/protocol/experimentPanel';
import type { PanelChannel } from '../../src/protocol/panelChannel';
import { inTurns } from '../shared/inTurns';
import { Store } from '../shared/store';
import { t } from '../shared/strings';
import { columnIdsOf, type TableField } from './table/fields';
import type { TableView } from './tableModel';
import type { TableReader } from './tableReader';
import { inOrder, textFields, textSource, type ColumnScope } from './textColumns';

interface Runs {
  readonly view: TableView;
  readonly runIds: readonly string[];
  readonly columns: ColumnScope;
}

/** The clipboard gets what is here; a file, which may be large, what the host reads. */
export type HandOverWish =
  | (Runs & { readonly to: 'clipboard'; readonly format: TableFormat })
  | (Runs & { readonly to: 'file'; readonly format: ExportFormat });

/** What is handed to other programs, or was just now. */
export type HandOverState =
  | { readonly kind: 'reading' | 'writing'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'done';
      readonly wish: HandOverWish;
      readonly columns: number;
      /** How many columns there are. */
      readonly all: number;
    }
  /** Values of a column were copied. */
  | { readonly kind: 'cells'; readonly column: string; readonly count: number };

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
    const kind = this.state.get()?.kind;
    if (kind === 'done' || kind === 'cells') {
      this.#tell(undefined);
    }
  }

  /** @throws Error where the columns cannot be read, or the text not be written */
  run(wish: HandOverWish): Promise<void> {
    return this.#alone((signal) => this.#run(wish, signal));
  }

  /** Copies cells of one column, without its name. @param cells of the column once it is read */
  copyCells(field: TableField, column: string, cells: () => readonly TableCell[]): Promise<void> {
    return this.#alone(async (signal) => {
      const [text, count] = await this.reader.once(
        columnIdsOf([field]),
        () => {
          const found = cells();
          return [cellsText(found), found.length] as const;
        },
        { signal },
      );
      await this.channel.request('copyText', { parts: [new TextEncoder().encode(text).buffer] }, { signal });
      this.#tell({ kind: 'cells', column, count });
    });
  }

  /** What was under way before is given up. */
  async #alone(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.cancel();
    const abort = (this.#abort = new AbortController());
    try {
      await untilAborted(work(abort.signal), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#tell(undefined);
        throw error instanceof RangeError ? new Error(t('tooMuchAtOnce')) : error;
      }
    }
  }

  async #run(wish: HandOverWish, signal: AbortSignal): Promise<void> {
    const { view } = wish;
    const fields = textFields(view, wish.columns);
    const isGiven = await (wish.to === 'clipboard'
      ? this.#copy(wish, fields, signal)
      : this.#export(wish, fields, signal));
    if (!signal.aborted) {
      this.#tell(
        isGiven ? { kind: 'done', wish, columns: fields.length, all: textFields(view, 'all').length } : undefined,
      );
    }
  }

  async #copy(
    { view, runIds, format }: Extract<HandOverWish, { to: 'clipboard' }>,
    fields: readonly TableField[],
    signal: AbortSignal,
  ): Promise<true> {
    const ids = columnIdsOf(fields);
    if (ids.length * view.table.size > mostValues) {
      throw new RangeError('Too many values');
    }
    const write = (): Promise<ArrayBuffer[]> => {
      const source = textSource(view, fields, runIds);
      const onTurn = (done: number): void => this.#progress('writing', done, source.count, signal);
      return inTurns(encoded(tableTextSteps(source, format)), signal, onTurn);
    };
    this.#progress('reading', 0, ids.length, signal);
    const onRead = (done: number): void => this.#progress('reading', done, ids.length, signal);
    const parts = await this.reader.once(ids, write, { signal, onRead });
    await this.channel.request('copyText', { parts }, { signal });
    return true;
  }

  /** @returns false where the user gave up */
  async #export(
    { view, runIds, format }: Extract<HandOverWish, { to: 'file' }>,
    fields: readonly TableField[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const [name = 'runs'] = view.facts.experiments.map((each) => each.name);
    const { header } = textSource(view, fields, []);
    const columns = fields.flatMap((field, place) => (isExported(field) ? { name: header[place] ?? '', field } : []));
    const wish = { name, format, runIds: inOrder(view, runIds), columns };
    return (await this.channel.request('exportRuns', wish, { timeout: patience, signal })).saved;
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
    if (state !== undefined) {
      this.#timer = window.setTimeout(() => this.#tell(undefined), told);
    }
  }
}

/** Curves are no values. */
function isExported(field: TableField): field is ExportField {
  return field.kind !== 'trend';
}

/** Characters that go over to the host in one part. */
const partLength = 1_000_000;
/** Of one text: VS Code makes JSON of it, and the clipboard has to hold it. */
const mostCharacters = 250_000_000;

/** The text as UTF-8, in parts. @yields how many rows are written */
function* encoded(steps: Iterable<TextPart>): Generator<number, ArrayBuffer[], undefined> {
  const encoder = new TextEncoder();
  const parts: ArrayBuffer[] = [];
  let [waiting, length, total] = ['', 0, 0];
  for (const { done, text } of steps) {
    waiting += text;
    length += text.length;
    total += text.length;
    if (total > mostCharacters) {
      throw new RangeError('The text is too long');
    }
    if (length > partLength) {
      parts.push(encoder.encode(waiting).buffer);
      [waiting, length] = ['', 0];
    }
    yield done;
  }
  parts.push(encoder.encode(waiting).buffer);
  return parts;
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
