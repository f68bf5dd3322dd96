/** Requests at the same time. */
const parallel = 8;

/**
 * Does something with each run, a few at a time; a failure does not keep the others from being done. What was not begun when the
 * signal came counts as not done.
 */
export async function forEachRun(
  runIds: readonly string[],
  signal: AbortSignal,
  work: (runId: string) => Promise<unknown>,
): Promise<{ done: number; errors: unknown[] }> {
  const errors: unknown[] = [];
  let done = 0;
  const queue = runIds.values();
  const next = async (): Promise<void> => {
    for (const runId of queue) {
      if (signal.aborted) {
        return;
      }
      try {
        await work(runId);
        done++;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, runIds.length) }, next));
  return { done, errors };
}
