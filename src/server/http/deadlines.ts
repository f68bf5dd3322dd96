/**
 * One timer for many waits of the same length. Most waits end long before: beginning and ending one costs a hundredth of what a timer
 * of its own would.
 */
export class Deadlines {
  /** When each is due, in the order of that. */
  private readonly waiting = new Map<() => void, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @param milliseconds of each wait */
  constructor(private readonly milliseconds: number) {}

  /** @param onLate called once unless it is deleted before, not later than a few milliseconds after its time */
  add(onLate: () => void): void {
    this.waiting.set(onLate, performance.now() + this.milliseconds);
    this.timer ??= this.timerIn(this.milliseconds);
  }

  delete(onLate: () => void): void {
    this.waiting.delete(onLate);
  }

  /** A server that ends does not wait for it. */
  private timerIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), milliseconds).unref();
  }

  private look(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const [onLate, due] of this.waiting) {
      if (due > now) {
        this.timer = this.timerIn(Math.ceil(due - now));
        return;
      }
      this.waiting.delete(onLate);
      onLate();
    }
  }
}
