import * as vscode from 'vscode';

/** Milliseconds for which nothing is shown: what is soon there is not worth a notification. */
const untilShown = 300;

/**
 * Waits for work; where it takes more than a moment, with a notification that says how far it is and can cancel it.
 * @param work told where to say how far it is, and which signal ends it
 * @returns undefined where the user did not want to wait
 */
export async function longWait<Value>(
  title: string,
  work: (report: (message: string) => void, signal: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  const abort = new AbortController();
  let said = '';
  let tell = (message: string): void => void (said = message);
  const result = work((message) => tell(message), abort.signal);
  if (await isSoon(result)) {
    return result;
  }
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    tell = (message) => progress.report({ message });
    tell(said);
    token.onCancellationRequested(() => abort.abort());
    try {
      return await result;
    } catch (error) {
      if (abort.signal.aborted) {
        return undefined;
      }
      throw error;
    }
  });
}

/** Whether it ends, well or not, before it is worth a notification. */
async function isSoon(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), untilShown);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, later]);
  } finally {
    clearTimeout(timer);
  }
}
