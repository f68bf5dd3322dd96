import type { Aspect, ChangeBatch } from '../protocol/extras';

/** Receives what a reader of the change feed is sent. */
export interface ChangeReader {
  send(batch: ChangeBatch): void;
  /** What the reader asked for is no longer known; it has to read everything afresh. */
  reset(revision: number): void;
}

/** At most one message in this time. */
const pauseMilliseconds = 100;
/** Messages kept for readers that come back, and runs in them together. */
const ringSize = 1000;
const ringRuns = 100_000;
/** A message about more runs than this says less than "read everything afresh", and costs more. */
const messageRuns = 10_000;

/**
 * Spreads changes to the readers of the feed: merged, so that each gets at most one message per 100 ms (the first at once),
 * with a bounded memory for readers that were away.
 */
export class ChangeHub {
  private readonly readers = new Set<ChangeReader>();
  private ring: ChangeBatch[] = [];
  private runsInRing = 0;
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

  /** Of the newest change that was sent. */
  get revision(): number {
    return this.newest;
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
   * @returns `catchUp` does the same for a reader that stayed and missed some
   */
  subscribe(reader: ChangeReader, since?: number): { dispose(): void; catchUp(since: number): void } {
    this.readers.add(reader);
    if (since !== undefined) {
      this.catchUp(reader, since);
    }
    return {
      dispose: () => void this.readers.delete(reader),
      catchUp: (missedSince) => this.catchUp(reader, missedSince),
    };
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
      if (merged.isTooMuch) {
        reader.reset(this.newest);
      } else {
        reader.send(merged.toBatch());
      }
    }
  }

  private flush(): void {
    this.timer = undefined;
    if (this.pending === undefined) {
      return;
    }
    const { pending } = this;
    this.pending = undefined;
    this.newest = Math.max(this.newest, pending.revision);
    if (pending.isTooMuch) {
      this.ring = [];
      this.runsInRing = 0;
      this.floor = this.newest;
      [...this.readers].forEach((reader) => reader.reset(this.newest));
    } else {
      const batch = pending.toBatch();
      this.keep(batch);
      [...this.readers].forEach((reader) => reader.send(batch));
    }
    this.timer = setTimeout(() => this.flush(), pauseMilliseconds);
    this.timer.unref();
  }

  private keep(batch: ChangeBatch): void {
    this.ring.push(batch);
    this.runsInRing += batch.runs.length;
    while (this.ring.length > ringSize || this.runsInRing > ringRuns) {
      const oldest = this.ring.shift();
      this.floor = oldest?.revision ?? this.floor;
      this.runsInRing -= oldest?.runs.length ?? 0;
    }
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
  /** More than a message tells; what it was is then not kept. */
  isTooMuch = false;

  add(batch: ChangeBatch): void {
    this.revision = Math.max(this.revision, batch.revision);
    if (this.isTooMuch) {
      return;
    }
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
    if (this.runs.size > messageRuns) {
      this.isTooMuch = true;
      this.runs.clear();
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
