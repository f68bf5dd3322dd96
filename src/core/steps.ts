/**
 * Work that takes long, in steps of a few milliseconds: who has other things to do does them between two steps, who has not goes
 * through it at once (`finish`).
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Numbers that are gone through in one step, about a millisecond of simple work on each. */
export const numbersInStep = 100_000;

/** Does all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) {
      return next.value;
    }
  }
}
