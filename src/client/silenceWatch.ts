import type { Disposable } from './types';

/** Parts that the time of silence is counted in. */
const parts = 4;

/**
 * Tells, once, that nothing was heard for a time. It counts parts of that time rather than looking at a clock: when a computer wakes, or a
 * process that was held goes on, much time is over at once, but what was sent meanwhile is still to be read.
 */
export class SilenceWatch implements Disposable {
  private silent = 0;
  private readonly timer: NodeJS.Timeout;

  /** @param silence milliseconds; `onSilent` is called up to a quarter of that later */
  constructor(silence: number, onSilent: () => void) {
    this.timer = setInterval(() => {
      if (++this.silent > parts) {
        clearInterval(this.timer);
        onSilent();
      }
    }, silence / parts);
  }

  /** Something was heard. */
  sign(): void {
    this.silent = 0;
  }

  dispose(): void {
    clearInterval(this.timer);
  }
}
