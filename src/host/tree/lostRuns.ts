/** Which running runs are lost: their script went away without saying how it ended. Pure. */
import type { Run } from '../../core/model';
import type { Liveness } from '../../protocol/extras';

/** Milliseconds of silence after which a run is lost whose process is known to be gone. */
export const silenceWithoutProcess = 60_000;
/** The same where no process is known: a training may well say nothing for many minutes. */
export const silenceUnknown = 30 * 60_000;

/**
 * @param liveness undefined where the server knows nothing of the run
 * @param awakeSince when the computer woke up last: before that nothing could be heard of anything
 */
export function isLost(run: Run, liveness: Liveness | undefined, now: number, awakeSince = 0): boolean {
  if (run.info.status !== 'RUNNING' || liveness?.process === 'alive') {
    return false;
  }
  // Points may carry any time; one in the future says no more than that something is logged now.
  const logged = run.metrics.map(({ timestamp }) => Math.min(Number(timestamp), now));
  const last = Math.max(awakeSince, liveness?.last_sign ?? 0, Number(run.info.startTime), ...logged);
  return now - last >= (liveness?.process === 'gone' ? silenceWithoutProcess : silenceUnknown);
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
