import type { TrackingClient } from '../../client/types';
import type { PanelNotices, PanelSubject } from '../../protocol/panels';
import { experimentIdsOf } from './subjects';

/** Milliseconds in which a page asks for its rows, or never will. */
const patience = 30_000;

/**
 * An answer, such as the rows of a table, read while the page still loads: it is there, or nearly, when the page asks for it. For the
 * first question only, and only while nothing changed since.
 */
export class EarlyAnswer {
  #reading: { readonly answer: Promise<ArrayBuffer>; readonly abort: AbortController } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @returns the answer, also where it is not right any more when it comes */
  begin(read: (signal: AbortSignal) => Promise<ArrayBuffer>): Promise<ArrayBuffer> {
    this.drop();
    const abort = new AbortController();
    const reading = { answer: read(abort.signal), abort };
    this.#reading = reading;
    this.#timer = setTimeout(() => this.drop(), patience);
    reading.answer.catch(() => {
      // Whoever has taken it is told; who asks later has it read anew.
      if (this.#reading === reading) {
        this.drop();
      }
    });
    return reading.answer;
  }

  /** @param signal ends the reading @returns undefined where there is none that would be right */
  take(signal: AbortSignal): Promise<ArrayBuffer> | undefined {
    const reading = this.#reading;
    this.#forget();
    if (reading) {
      signal.addEventListener('abort', () => reading.abort.abort(), { once: true });
    }
    return reading?.answer;
  }

  /** Something changed: what is not taken is not right any more. */
  drop(): void {
    this.#reading?.abort.abort();
    this.#forget();
  }

  dispose(): void {
    this.drop();
  }

  #forget(): void {
    this.#reading = undefined;
    clearTimeout(this.#timer);
  }
}

/** All rows of a panel; what is known of how many there are and how many came so far is told meanwhile. */
export async function readAllRows(
  subject: PanelSubject,
  client: Pick<TrackingClient, 'tableRows' | 'countRuns'>,
  tellRead: (progress: PanelNotices['tableRead']) => void,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  const ids = experimentIdsOf(subject);
  let read = 0;
  let total: number | undefined;
  const tell = (): void => tellRead({ read, ...(total === undefined ? {} : { total }) });
  const rows = client.tableRows(
    { experiment_ids: ids, stage: 'active' },
    {
      signal,
      onRead: (runs) => {
        read = runs;
        tell();
      },
    },
  );
  client.countRuns(ids, 'active', { signal }).then(
    (count) => {
      total = count;
      tell();
    },
    // Without the number the wait only says less.
    () => undefined,
  );
  return rows;
}
