import type { ComponentType, ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from './ErrorBoundary';
import { PanelFrame } from './PanelFrame';
import { PanelSession, type RunsState } from './session';
import './theme.css';
import './components.css';
import './charts/charts.css';

export type ReadyRuns = Extract<RunsState, { kind: 'ready' }>;

export interface ContentProps {
  readonly session: PanelSession;
  readonly data: ReadyRuns;
}

/** Shows a panel in its page; `Content` appears when the runs are there. */
export function mountPanel(Content: ComponentType<ContentProps>): void {
  mountSession(new PanelSession(), (session) => <PanelFrame session={session} Content={Content} />);
}

/** Shows what a session holds in the page; errors of drawing and of all else go to the log. */
export function mountSession(session: PanelSession, render: (session: PanelSession) => ReactNode): void {
  const root = document.getElementById('root');
  if (!root) {
    throw new Error('The page has no #root');
  }
  window.addEventListener('error', (event) => session.host.logError('uncaught', event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => session.host.logError('unhandled', event.reason));
  root.addEventListener('keydown', keepSelectAll);
  createRoot(root).render(
    <ErrorBoundary onError={(error) => session.host.logError('drawing the panel', error)}>
      {render(session)}
    </ErrorBoundary>,
  );
}

/**
 * Ctrl+A in a field is the browser's. VS Code hears keys at the page's window and selects all once more a little later: what was typed since
 * would be selected too, and the next letter replaced it.
 */
function keepSelectAll(event: KeyboardEvent): void {
  const isField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (isField && (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'a') {
    event.stopPropagation();
  }
}
