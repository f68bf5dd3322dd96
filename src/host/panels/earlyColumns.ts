import type * as vscode from 'vscode';
import type { ColumnId, ColumnsRequest } from '../../protocol/tableTypes';
import { EarlyAnswer } from './earlyRows';
import { experimentRequests } from './messages';

/** Characters of what is kept: keys may be long, and more columns are as well read when they are asked for. */
const most = 20_000;

/**
 * The columns that a page asks for first, read while it still loads. Which ones they are follows from how the table is arranged and
 * how wide it is, which only the page knows: they are taken to be those of the last page of the same experiments.
 */
export class EarlyColumns {
  readonly #early = new EarlyAnswer();
  readonly #memoryKey: string;
  /** What is being read, as it is kept. */
  #begun: string | undefined;
  #isFirst = false;

  constructor(
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly experimentIds: readonly string[],
  ) {
    this.#memoryKey = `firstColumns.${[...experimentIds].sort().join('+')}`;
  }

  /** Reads what the last page asked for; nothing where none did. */
  begin(read: (request: ColumnsRequest, signal: AbortSignal) => Promise<ArrayBuffer>): void {
    const columns = readKept(this.memory.get(this.#memoryKey));
    if (columns) {
      this.#begun = JSON.stringify(columns);
      const request: ColumnsRequest = { experiment_ids: [...this.experimentIds], stage: 'active', columns };
      void this.#early.begin((signal) => read(request, signal));
    }
  }

  /** A page begins: what it asks for next is what the next page will. */
  expect(): void {
    this.#isFirst = true;
  }

  /** @param signal ends the reading @returns undefined where others are read, or none that would be right */
  take(columns: readonly ColumnId[], signal: AbortSignal): Promise<ArrayBuffer> | undefined {
    const asked = JSON.stringify(columns);
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#keep(asked);
    }
    if (asked === this.#begun) {
      return this.#early.take(signal);
    }
    this.drop();
    return undefined;
  }

  /** Something changed: what is not taken is not right any more. */
  drop(): void {
    this.#early.drop();
  }

  dispose(): void {
    this.#early.dispose();
  }

  #keep(asked: string): void {
    if (asked.length <= most && asked !== this.memory.get(this.#memoryKey)) {
      // Without it the next page only waits longer.
      this.memory.update(this.#memoryKey, asked).then(undefined, () => undefined);
    }
  }
}

function readKept(kept: unknown): ColumnId[] | undefined {
  try {
    const columns: unknown = JSON.parse(String(kept));
    const parsed = experimentRequests.tableColumns.safeParse({ columns });
    return parsed.success && parsed.data.columns.length > 0 ? parsed.data.columns : undefined;
  } catch {
    return undefined;
  }
}
