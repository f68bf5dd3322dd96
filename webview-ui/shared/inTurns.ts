/** Milliseconds of work after which the page gets a turn: less than a frame. */
const turn = 10;

/**
 * Goes through the steps of long work, some at a time, so that the page stays alive meanwhile.
 * @param onTurn told what the last step yielded
 * @throws the signal's reason when it comes
 */
export async function inTurns<Step, Result>(
  steps: Generator<Step, Result, undefined>,
  signal: AbortSignal,
  onTurn: (step: Step) => void,
): Promise<Result> {
  let end = performance.now() + turn;
  for (;;) {
    signal.throwIfAborted();
    const next = steps.next();
    if (next.done === true) {
      return next.value;
    }
    if (performance.now() >= end) {
      onTurn(next.value);
      await new Promise((resolve) => window.setTimeout(resolve));
      end = performance.now() + turn;
    }
  }
}
