import type { PanelSession } from '../shared/session';

/** Milliseconds between two messages while one change follows the other, as with scrolling. */
const rest = 250;

/**
 * Hands the arrangement to the workspace, for the next panel of the experiment. A change is posted as soon as all that belongs to it
 * is done, and what is still to be posted when the page goes: what reaches the host is kept, whatever becomes of the panel.
 */
export function keepArrangement(session: PanelSession): void {
  let timer: number | undefined;
  let sentAt = -Infinity;
  const send = (): void => {
    window.clearTimeout(timer);
    timer = undefined;
    sentAt = performance.now();
    // What it shows is the panel's own; the rest is how.
    const arrangement = { ...session.kept(), subject: undefined };
    session.host.channel
      .request('keepArrangement', { arrangement: JSON.stringify(arrangement) })
      .catch((error: unknown) => session.host.logError('keeping the arrangement', error));
  };
  const flush = (): void => {
    if (timer !== undefined) {
      send();
    }
  };
  session.state.subscribe(() => {
    timer ??= window.setTimeout(send, Math.max(0, sentAt + rest - performance.now()));
  });
  window.addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush());
}
