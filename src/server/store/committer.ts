import { ApiError } from '../../core/errors';
import type { Steps } from '../../core/steps';
import type { ChangeBatch, RunChange } from '../../protocol/extras';
import type { Change } from './apply';
import { unreadableAnswer } from './damage';
import type { Databases } from './databases';
import { type Effect, encodeEffects, encodeEffectsInSteps } from './effects';
import { isFull } from './files';
import { Gathering } from './gathering';
import { type Journal, UncertainAppendError } from './journal';
import { inTurns, nextTurn, takingTurns } from '../turns';
import { resolve } from './resolve';
import type { Write, WriteResult } from './types';

/** A group ends when it has taken this long to apply, so that the event loop is not held; milliseconds. */
const groupTime = 20;
/** … or has this many points. */
const groupPoints = 20_000;

interface Waiting {
  readonly write: Write;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Done {
  readonly waiting: Waiting;
  /** Undefined where there was nothing to change. */
  readonly effect: Effect | undefined;
}

/**
 * Group commit: writes that wait at the same time are applied one after the other in one transaction, journaled as one frame
 * with one sync, and answered together. While the sync is under way new writes wait; they are not applied, so that whatever
 * a failed sync takes back is exactly the group.
 *
 * A refused write needs no savepoint: `resolve` decides everything and changes nothing. Should applying fail all the same (a
 * damaged history, no memory), the whole group is taken back and done again without that write.
 */
export class Committer {
  private queue: Waiting[] = [];
  /** Writes in the group before, in this run. */
  private lastGroup = 0;
  private readonly gathering = new Gathering();
  private interludes: (() => void)[] = [];
  private running: Promise<void> | undefined;
  /** Set when memory and journal may differ; every later write is refused with it. */
  private broken: ApiError | undefined;

  constructor(
    private readonly databases: Databases,
    private readonly journal: Journal,
    private readonly artifactRoot: string,
    private readonly changed: (batch: ChangeBatch) => void,
  ) {}

  /** Sequence number of the last change that is durable. */
  get revision(): number {
    return this.databases.catalog.applied;
  }

  write(write: Write): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ write, resolve, reject });
      this.start();
    });
  }

  /** Runs `action` where no transaction is open: at once, or between two groups. */
  between<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.interludes.push(() => {
        try {
          resolve(action());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      this.start();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.running !== undefined) {
      await this.running;
    }
  }

  private start(): void {
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    // What is asked for in the same turn of the event loop shares a group: all requests that have come in.
    await nextTurn();
    const turn = takingTurns();
    while (this.isWaitedFor) {
      const interludes = this.interludes;
      this.interludes = [];
      interludes.forEach((each) => each());
      if (this.queue.length > 0) {
        await this.commitGroup();
      }
      if (this.journal.canWaitHere) {
        await this.gathering.gather(() => (this.interludes.length > 0 ? Infinity : this.queue.length));
        // What the process itself writes again and again, as a purge does, comes without the event loop: it would keep all others from it.
        await turn();
      }
      if (!this.isWaitedFor && this.databases.catalog.hasSome) {
        // When the answers are out, and only where nothing came meanwhile.
        await nextTurn();
        if (!this.isWaitedFor) {
          this.trySaving(() => this.databases.catalog.saveSome());
        }
      }
    }
    // In the same turn as the last look at the queue, so that whatever comes later starts a new run.
    this.lastGroup = 0;
    this.gathering.note(0);
    this.running = undefined;
  }

  private get isWaitedFor(): boolean {
    return this.queue.length > 0 || this.interludes.length > 0;
  }

  private async commitGroup(): Promise<void> {
    if (this.broken !== undefined) {
      const refused = this.queue;
      this.queue = [];
      refused.forEach(({ reject }) => reject(this.broken));
      return;
    }
    const all = this.queue.length;
    // Where no append may hold the event loop, some are to be read while it waits for others.
    const isForAll = this.gathering.isAll(all) && (all === 1 || this.journal.canWaitHere);
    this.databases.begin();
    const changes: Change[] = [];
    const group = this.applyGroup(changes, isForAll ? all : this.journal.groupSize(this.lastGroup, all));
    this.gathering.note(this.lastGroup + this.queue.length);
    const rest = changes.at(-1)?.rest;
    if (group === undefined || (rest !== undefined && !(await this.applyRest(rest, group)))) {
      return;
    }
    const effects = group.map(({ effect }) => effect).filter((effect) => effect !== undefined);
    const revision = this.revision + effects.length;
    if (effects.length > 0) {
      try {
        const payload = rest === undefined ? encodeEffects(effects) : await encodedInTurns(effects);
        const isAlone = isForAll && this.queue.length === 0;
        const appended = this.journal.append(this.revision + 1, effects.length, payload, isAlone ? all : 0);
        // While the disk works.
        this.trySaving(() => this.databases.catalog.saveMany());
        await appended;
      } catch (error) {
        this.databases.rollback();
        const refusal = storageError(error);
        group.forEach(({ waiting }) => waiting.reject(refusal));
        return;
      }
    }
    try {
      this.databases.commit(revision);
    } catch (error) {
      // The journal has it and memory may not: only opening the store again brings them together.
      this.broken = new ApiError('INSUFFICIENT_STORAGE', `The store must be opened again: ${messageOf(error)}`);
      group.forEach(({ waiting }) => waiting.reject(this.broken));
      return;
    }
    group.forEach(({ waiting, effect }) => waiting.resolve(resultOf(effect)));
    if (changes.length > 0) {
      this.changed(toBatch(revision, changes));
    }
  }

  /** Makes rows of what changed sooner than it must be. Where that fails, whatever needs them does the same, and fails, too. */
  private trySaving(save: () => void): void {
    try {
      save();
    } catch {
      // Nothing is lost yet.
    }
  }

  /**
   * @param most how many of those that wait to take
   * @returns the writes that were applied; undefined where one of them failed, the transaction then being taken back
   */
  private applyGroup(changes: Change[], most: number): Done[] | undefined {
    const { catalog, histories } = this.databases;
    const context = { catalog, histories, artifactRoot: this.artifactRoot };
    const group: Done[] = [];
    const end = performance.now() + groupTime;
    let points = 0;
    let taken = 0;
    for (const waiting of this.queue) {
      if (taken === most || (taken > 0 && (points >= groupPoints || performance.now() > end))) {
        break;
      }
      taken++;
      try {
        const effect = resolve(context, waiting.write);
        if (effect !== undefined) {
          changes.push(this.databases.apply(effect));
          points += effect.kind === 'log' ? effect.metrics.reduce((sum, metric) => sum + metric.points.length, 0) : 0;
        }
        group.push({ waiting, effect });
      } catch (error) {
        if (error instanceof ApiError) {
          waiting.reject(error);
          continue;
        }
        this.queue = this.queue.slice(taken);
        this.takeBack(waiting, group, error);
        return undefined;
      }
      if (changes.at(-1)?.rest !== undefined) {
        break;
      }
    }
    this.queue = this.queue.slice(taken);
    this.lastGroup = taken;
    return group;
  }

  /** Does what is left of the group's last effect, in turns. @returns false where that failed, the transaction then being taken back */
  private async applyRest(rest: Steps<void>, group: Done[]): Promise<boolean> {
    try {
      await nextTurn();
      await inTurns(rest);
      return true;
    } catch (error) {
      const failed = group.pop();
      if (failed !== undefined) {
        this.takeBack(failed.waiting, group, error);
      }
      return false;
    }
  }

  /** Takes the group back because of one write, and lets the others wait for the next. */
  private takeBack(failed: Waiting, others: readonly Done[], error: unknown): void {
    this.databases.rollback();
    failed.reject(
      unreadableAnswer(error) ??
        new ApiError('INTERNAL_ERROR', `The store could not do this: ${messageOf(error)}`, { cause: error }),
    );
    this.queue = [...others.map(({ waiting }) => waiting), ...this.queue];
  }
}

/** What is left of a change to be done in turns may be long to write, too. */
async function encodedInTurns(effects: readonly Effect[]): Promise<Uint8Array[]> {
  await nextTurn();
  const pieces = await inTurns(encodeEffectsInSteps(effects));
  await nextTurn();
  return pieces;
}

function resultOf(effect: Effect | undefined): WriteResult {
  if (effect?.kind === 'createModelVersion') {
    return { modelVersion: effect.version };
  }
  if (effect?.kind === 'createRun') {
    return { runTags: effect.tags };
  }
  return effect?.kind === 'createExperiment' ? { experimentId: String(effect.id) } : {};
}

/** Never a status that clients retry: waiting does not help, and the next call may well succeed. */
function storageError(error: unknown): ApiError {
  if (error instanceof UncertainAppendError) {
    return new ApiError(
      'INSUFFICIENT_STORAGE',
      `The store could not be written to (${isFull(error.cause) ? 'its disk is full: ' : ''}${error.message}), and the disk ` +
        'does not take back what was written: it is not certain whether this was saved.',
      { cause: error },
    );
  }
  return new ApiError(
    'INSUFFICIENT_STORAGE',
    isFull(error)
      ? `Nothing was saved: the disk of the store is full (${messageOf(error)}). Reading goes on, and writing as soon as there is room.`
      : `Nothing was saved: the store could not be written to (${messageOf(error)}).`,
    { cause: error },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function toBatch(revision: number, changes: readonly Change[]): ChangeBatch {
  const experiments = new Set<string>();
  const runs = new Map<string, RunChange>();
  const models = new Set<string>();
  for (const change of changes) {
    const { experiment, run, models: changed = [] } = change;
    change.experiments?.forEach((each) => experiments.add(String(each)));
    changed.forEach((name) => models.add(name));
    if (experiment !== undefined) {
      experiments.add(String(experiment));
    }
    for (const each of run === undefined ? (change.runs ?? []) : [run]) {
      const known = runs.get(each.id)?.aspects;
      if (known === undefined || each.aspects.some((aspect) => !known.includes(aspect))) {
        const aspects = new Set([...(known ?? []), ...each.aspects]);
        runs.set(each.id, { run_id: each.id, experiment_id: each.experimentId, aspects: [...aspects] });
      }
    }
  }
  return {
    revision,
    experiments: [...experiments],
    runs: [...runs.values()],
    ...(models.size > 0 ? { models: [...models] } : {}),
  };
}
