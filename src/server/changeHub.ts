import type { Aspect, ChangeBatch } from '../protocol/extras';

/** Receives what a reader of the change feed is sent. */
export interface ChangeReader {
  send(batch: ChangeBatch): void;
  /** What the reader asked for is no longer known; it has to read everything afresh. */
  reset(revision: number): void;
}

/** At most one message in this time. */
const pauseMilliseconds = 100;
/** Messages kept for readers that come back. */
const ringSize = 1000;

/**
 * Spreads changes to the readers of the feed: merged, so that each gets at most one message per 100 ms (the first at once),
 * with a bounded memory for readers that were away.
 */
export class ChangeHub {
  private readonly readers = new Set<ChangeReader>();
  private readonly ring: ChangeBatch[] = [];
  /** Changes after this revision are in the ring or pending. */
  private floor: number;
  private newest: number;
  private pending: MergedBatch | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param revision the store's when it was opened */
  constructor(revision: number) {
    this.floor = revision;
    this.newest = revision;
  }

  get readerCount(): number {
    return this.readers.size;
  }

  add(batch: ChangeBatch): void {
    this.pending ??= new MergedBatch();
    this.pending.add(batch);
    if (this.timer === undefined) {
      this.flush();
    }
  }

  /**
   * Attaches a reader.
   * @param since the newest revision that the reader knows: it is sent what came later, or told to reset where that is
   *   forgotten; undefined for a reader that is about to read everything anyway
   */
  subscribe(reader: ChangeReader, since?: number): { dispose(): void } {
    this.readers.add(reader);
    if (since !== undefined) {
      this.catchUp(reader, since);
    }
    return { dispose: () => void this.readers.delete(reader) };
  }

  /** Ends the timer; nothing is sent any more. */
  dispose(): void {
    clearTimeout(this.timer);
    this.readers.clear();
    this.pending = undefined;
  }

  private catchUp(reader: ChangeReader, since: number): void {
    if (since < this.floor || since > Math.max(this.newest, this.pending?.revision ?? 0)) {
      reader.reset(this.newest);
      return;
    }
    // Artifacts are not journaled, so their changes carry the revision of the last write: of equal ones none is left out.
    const missed = this.ring.filter(
      (batch) => batch.revision > since || (batch.revision === since && isOfFiles(batch)),
    );
    if (missed.length > 0) {
      const merged = new MergedBatch();
      missed.forEach((batch) => merged.add(batch));
      reader.send(merged.toBatch());
    }
  }

  private flush(): void {
    this.timer = undefined;
    if (this.pending === undefined) {
      return;
    }
    const batch = this.pending.toBatch();
    this.pending = undefined;
    this.newest = Math.max(this.newest, batch.revision);
    this.ring.push(batch);
    if (this.ring.length > ringSize) {
      this.floor = this.ring.shift()?.revision ?? this.floor;
    }
    for (const reader of [...this.readers]) {
      reader.send(batch);
    }
    this.timer = setTimeout(() => this.flush(), pauseMilliseconds);
    this.timer.unref();
  }
}

function isOfFiles(batch: ChangeBatch): boolean {
  return batch.runs.some(({ aspects }) => aspects.includes('artifacts'));
}

class MergedBatch {
  revision = 0;
  private readonly experiments = new Set<string>();
  private readonly models = new Set<string>();
  private readonly runs = new Map<string, { experimentId: string; aspects: Set<Aspect> }>();

  add(batch: ChangeBatch): void {
    this.revision = Math.max(this.revision, batch.revision);
    batch.experiments.forEach((id) => this.experiments.add(id));
    batch.models?.forEach((name) => this.models.add(name));
    for (const { run_id, experiment_id, aspects } of batch.runs) {
      const known = this.runs.get(run_id);
      if (known === undefined) {
        this.runs.set(run_id, { experimentId: experiment_id, aspects: new Set(aspects) });
      } else {
        aspects.forEach((aspect) => known.aspects.add(aspect));
      }
    }
  }

  toBatch(): ChangeBatch {
    return {
      revision: this.revision,
      experiments: [...this.experiments],
      runs: [...this.runs].map(([run_id, { experimentId, aspects }]) => ({
        run_id,
        experiment_id: experimentId,
        aspects: [...aspects],
      })),
      ...(this.models.size > 0 ? { models: [...this.models] } : {}),
    };
  }
}
