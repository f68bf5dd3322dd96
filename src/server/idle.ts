/** What idleness is judged by. */
export interface Activity {
  /** Windows that follow the change feed. */
  readers(): number;
  runningRuns(): number;
}

/** A run whose script died without ending it counts as active this long after the last write to any run. */
const forgottenMilliseconds = 60 * 60_000;

/** Tells when nobody needs the server any more: no reader, no active run, no request for a while. */
export class IdleWatch {
  private lastRequest: number;
  private lastWrite: number;
  private lastLook: number;

  /**
   * @param idleMilliseconds how long nothing may have been asked
   * @param lookEvery milliseconds between two calls of `isIdle`; a much longer time is none in which anybody could have asked:
   * the computer slept, or its clock was set
   */
  constructor(
    private readonly activity: Activity,
    private readonly idleMilliseconds: number,
    private readonly lookEvery: number,
    private readonly now: () => number = Date.now,
  ) {
    this.lastRequest = this.now();
    this.lastWrite = this.lastRequest;
    this.lastLook = this.lastRequest;
  }

  noteRequest(): void {
    this.lastRequest = this.now();
  }

  noteWrite(): void {
    this.lastWrite = this.now();
  }

  isIdle(): boolean {
    this.skipSleep();
    if (this.activity.readers() > 0) {
      // The time counts from when the last window left.
      this.lastRequest = this.now();
      return false;
    }
    const now = this.now();
    const active = this.activity.runningRuns() > 0 && now - this.lastWrite < forgottenMilliseconds;
    return !active && now - this.lastRequest >= this.idleMilliseconds;
  }

  /** Moves the times of the last signs over a gap, so that a script is not cut off in the moment in which the computer wakes. */
  private skipSleep(): void {
    const now = this.now();
    const gap = now - this.lastLook;
    this.lastLook = now;
    if (gap > 3 * this.lookEvery || gap < 0) {
      const skipped = gap - this.lookEvery;
      this.lastRequest = Math.min(now, this.lastRequest + skipped);
      this.lastWrite = Math.min(now, this.lastWrite + skipped);
    }
  }
}
