/** Which running runs are lost: their script went away without saying how it ended. Pure. */
import type { Run } from '../../core/model';
import type { Liveness } from '../../protocol/extras';

/** Milliseconds of silence after which a run is lost whose process is known to be gone. */
export const silenceWithoutProcess = 60_000;
/** The same where no process is known: a training may well say nothing for many minutes. */
export const silenceUnknown = 30 * 60_000;

/**
 * When a run was heard of last, Unix milliseconds. Points may carry any time; one in the future says no more than that something is
 * logged now.
 */
function lastSign(run: Run, liveness: Liveness | undefined, now: number): number {
  const logged = run.metrics.map(({ timestamp }) => Math.min(Number(timestamp), now));
  return Math.max(liveness?.last_sign ?? 0, Number(run.info.startTime), ...logged);
}

/**
 * @param liveness undefined where the server knows nothing of the run
 * @param awakeSince when the computer woke up last: before that nothing could be heard of anything
 */
export function isLost(run: Run, liveness: Liveness | undefined, now: number, awakeSince = 0): boolean {
  if (run.info.status !== 'RUNNING' || liveness?.process === 'alive') {
    return false;
  }
  const last = Math.max(awakeSince, lastSign(run, liveness, now));
  return now - last >= (liveness?.process === 'gone' ? silenceWithoutProcess : silenceUnknown);
}

/**
 * Remembers which runs were found lost: a server that was started again, or a computer that slept, does not bring one back to life. Only
 * a newer sign of it does.
 */
export class LostMemory {
  /** Run id to its last sign when it was found lost, Unix milliseconds. */
  readonly #signs = new Map<string, number>();

  /** @returns those of the running runs that are lost; what `isLost` needs is as there. Runs that are not read yet are not forgotten. */
  lost(
    running: readonly Run[],
    liveness: ReadonlyMap<string, Liveness>,
    now: number,
    awakeSince: number,
  ): readonly Run[] {
    return running.filter((run) => {
      const { id } = run.info;
      const heard = liveness.get(id);
      const sign = lastSign(run, heard, now);
      const known = this.#signs.get(id);
      const isStillLost = known !== undefined && sign <= known && heard?.process !== 'alive';
      if (!isStillLost && !isLost(run, heard, now, awakeSince)) {
        this.#signs.delete(id);
        return false;
      }
      this.#signs.set(id, Math.max(known ?? 0, sign));
      return true;
    });
  }
}

/** Notices that the computer slept: looks that come at an interval then are further apart. Pure but for what it remembers. */
export class AwakeTime {
  #last: number | undefined;
  #since = 0;

  /** @param interval milliseconds between two looks */
  constructor(private readonly interval: number) {}

  /** @returns since when it is awake for sure, Unix milliseconds; 0 where it did not sleep since the first look */
  look(now: number): number {
    if (this.#last !== undefined && now - this.#last > 3 * this.interval) {
      this.#since = now;
    }
    this.#last = now;
    return this.#since;
  }
}
