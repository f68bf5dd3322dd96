import type { Steps } from '../core/steps';

/** Milliseconds of work before others get their turn. */
const workAtOnce = 8;

/** Does the steps, whatever else there is to do in between. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (let end = performance.now() + workAtOnce; ;) {
    const next = steps.next();
    if (next.done === true) {
      return next.value;
    }
    if (performance.now() > end) {
      await nextTurn();
      end = performance.now() + workAtOnce;
    }
  }
}

/** Does steps until it is time for others. @returns true when they are all done */
export function someOf(steps: Steps<unknown>): boolean {
  for (const end = performance.now() + workAtOnce; performance.now() < end;) {
    if (steps.next().done === true) {
      return true;
    }
  }
  return false;
}

/** @returns what is to be waited for between two pieces of work: others get their turn when it is time */
export function takingTurns(): () => Promise<void> {
  let end = performance.now() + workAtOnce;
  return async () => {
    if (performance.now() > end) {
      await nextTurn();
      end = performance.now() + workAtOnce;
    }
  };
}

/** Lets others have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Milliseconds after which those behind do not wait for one piece of work any more. */
const patience = 250;

/**
 * Starts pieces of work of several turns one after the other, so that the first ones are done early rather than all at the same late
 * time. One that takes long holds up nobody: after some time it shares the turns with the next.
 */
export class Line {
  private last: Promise<void> = Promise.resolve();

  /** Does the work when it is its turn. */
  async do<T>(work: () => Promise<T>): Promise<T> {
    const before = this.last;
    let letNext = (): void => undefined;
    this.last = new Promise((resolve) => (letNext = resolve));
    await before;
    const timer = setTimeout(letNext, patience);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      letNext();
    }
  }
}
