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

  /** @param idleMilliseconds how long nothing may have been asked */
  constructor(
    private readonly activity: Activity,
    private readonly idleMilliseconds: number,
    private readonly now: () => number = Date.now,
  ) {
    this.lastRequest = this.now();
    this.lastWrite = this.lastRequest;
  }

  noteRequest(): void {
    this.lastRequest = this.now();
  }

  noteWrite(): void {
    this.lastWrite = this.now();
  }

  isIdle(): boolean {
    if (this.activity.readers() > 0) {
      // The time counts from when the last window left.
      this.lastRequest = this.now();
      return false;
    }
    const now = this.now();
    const active = this.activity.runningRuns() > 0 && now - this.lastWrite < forgottenMilliseconds;
    return !active && now - this.lastRequest >= this.idleMilliseconds;
  }
}
