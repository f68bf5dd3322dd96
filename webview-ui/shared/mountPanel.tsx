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
  createRoot(root).render(
    <ErrorBoundary onError={(error) => session.host.logError('drawing the panel', error)}>
      {render(session)}
    </ErrorBoundary>,
  );
}
