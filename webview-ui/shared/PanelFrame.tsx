import type { ComponentType } from 'react';
import { formatDate } from './dates';
import type { ContentProps } from './mountPanel';
import type { PanelSession } from './session';
import { Banner, ErrorState, Loading, type Action } from './states';
import { useStore } from './store';
import { t } from './strings';

interface Props {
  readonly session: PanelSession;
  readonly Content: ComponentType<ContentProps>;
}

/** What all panels share: the wait for the first answer, its failure, and the banner while the server is away. */
export function PanelFrame({ session, Content }: Props) {
  const data = useStore(session.runs, (runs) => runs);
  const showLog = showLogAction(session);
  const problem = data.kind === 'ready' ? data.problem : undefined;
  const at = data.kind === 'ready' ? data.at : undefined;
  return (
    <div className="lb-panel">
      <ConnectionBanner session={session} problem={problem} at={at} />
      {data.kind === 'loading' && <Loading />}
      {data.kind === 'failed' && (
        <ErrorState
          title={t('runsFailed')}
          detail={data.message}
          actions={[{ label: t('tryAgain'), onAct: () => session.refresh() }, showLog]}
        />
      )}
      {data.kind === 'ready' && <Content session={session} data={data} />}
    </div>
  );
}

export function showLogAction(session: PanelSession): Action {
  return { label: t('showLog'), onAct: () => session.act('command', { command: 'showLog', runIds: [] }) };
}

interface BannerProps {
  readonly session: PanelSession;
  /** Why the newest reading failed. */
  readonly problem: string | undefined;
  /** When what is shown was read, Unix milliseconds. */
  readonly at: number | undefined;
}

/** Says that the server is away, or that what is shown is old. */
export function ConnectionBanner({ session, problem, at }: BannerProps) {
  const connection = useStore(session.connection, (state) => state);
  const showLog = showLogAction(session);
  if (connection.state === 'connected') {
    if (problem === undefined || at === undefined) {
      return null;
    }
    const again = { label: t('tryAgain'), onAct: () => session.refresh() };
    return <Banner icon="warning" text={t('staleSince', formatDate(at), problem)} actions={[again, showLog]} />;
  }
  if (connection.state === 'connecting') {
    return <Banner icon="disconnect" text={t('connecting')} actions={[showLog]} />;
  }
  const tryNow = {
    label: t('tryNow'),
    onAct: () => session.act('command', { command: 'restartServer', runIds: [] }),
  };
  const since = formatDate(connection.since);
  const text =
    connection.reason === undefined ? t('disconnected', since) : t('disconnectedWhy', since, connection.reason);
  return <Banner icon="disconnect" text={text} actions={[tryNow, showLog]} />;
}
