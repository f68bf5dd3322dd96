import { useEffect, useState, type ComponentType } from 'react';
import { formatCount } from '../../src/core/format';
import { formatDate, useNow } from './dates';
import type { ContentProps } from './mountPanel';
import type { ConnectionState, PanelSession } from './session';
import { Banner, EmptyState, ErrorState, Loading, type Action } from './states';
import { useStore } from './store';
import { t } from './strings';

interface Props {
  readonly session: PanelSession;
  readonly Content: ComponentType<ContentProps>;
}

/** What all panels share: the wait for the first answer, its failure, and the banner while the server is away. */
export function PanelFrame({ session, Content }: Props) {
  const data = useStore(session.runs, (runs) => runs);
  const isRestricted = useStore(session.connection, ({ state }) => state === 'restricted');
  const showLog = showLogAction(session);
  const problem = data.kind === 'ready' ? data.problem : undefined;
  const at = data.kind === 'ready' ? data.at : undefined;
  return (
    <div className="lb-panel">
      <ConnectionBanner session={session} problem={problem} at={at} />
      {isRestricted && data.kind !== 'ready' && <RestrictedState session={session} />}
      {!isRestricted && data.kind === 'loading' && <Loading />}
      {!isRestricted && data.kind === 'failed' && (
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
  /** When what is shown was read, Unix milliseconds; undefined where nothing is. */
  readonly at: number | undefined;
  /** What is shown is new, but not all there is. */
  readonly isPartial?: boolean;
}

/** Says that the server is away, or that what is shown is old, or not all. */
export function ConnectionBanner({ session, problem, at, isPartial = false }: BannerProps) {
  const connection = useStore(session.connection, (state) => state);
  const showLog = showLogAction(session);
  if (connection.state === 'connected') {
    if (problem === undefined || at === undefined) {
      return null;
    }
    const again = { label: t('tryAgain'), onAct: () => session.refresh() };
    const text = isPartial ? t('columnsFailed', problem) : t('staleSince', formatDate(at), problem);
    return <Banner icon="warning" text={text} actions={[again, showLog]} />;
  }
  if (connection.state === 'restricted') {
    return at === undefined ? null : (
      <Banner icon="warning" text={t('restricted')} actions={[manageTrustAction(session)]} />
    );
  }
  return <AwayBanner session={session} connection={connection} at={at} />;
}

/** Milliseconds; a server that ended is mostly back by then. */
const moment = 2000;

interface AwayProps {
  readonly session: PanelSession;
  readonly connection: ConnectionState;
  readonly at: number | undefined;
}

/** While something is shown, only after a moment: the banner moves all that is under the pointer. */
function AwayBanner({ session, connection, at }: AwayProps) {
  const [wait] = useState(() => (at === undefined ? 0 : Math.max(0, connection.since + moment - Date.now())));
  const [isLong, setIsLong] = useState(wait === 0);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsLong(true), wait);
    return () => window.clearTimeout(timer);
  }, [wait]);
  if (!isLong) {
    return null;
  }
  const tryNow = {
    label: t('tryNow'),
    onAct: () => session.act('command', { command: 'restartServer', runIds: [] }),
  };
  return (
    <Banner icon="disconnect" text={awayText(connection, at)} actions={[tryNow, showLogAction(session)]}>
      {connection.state === 'connecting' && <NextTry at={connection.nextTry} />}
    </Banner>
  );
}

function awayText({ state, host, since, reason }: ConnectionState, at: number | undefined): string {
  if (state === 'connecting' && host === undefined && at === undefined) {
    return t('connecting');
  }
  return [
    host === undefined ? t('disconnected', formatDate(since)) : t('disconnectedFrom', host, formatDate(since)),
    at === undefined ? '' : t('showingBefore'),
    reason ?? '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** @param at Unix milliseconds; undefined: it is under way */
function NextTry({ at }: { readonly at: number | undefined }) {
  const now = useNow(at === undefined ? 0 : 250);
  const seconds = at === undefined ? 0 : Math.ceil((at - now) / 1000);
  return <>{seconds > 0 ? t('nextTry', formatCount(seconds)) : t('trying')}</>;
}

function manageTrustAction(session: PanelSession): Action {
  return { label: t('manageTrust'), onAct: () => session.act('command', { command: 'manageTrust', runIds: [] }) };
}

/** In place of a panel that has nothing yet, and may not have. */
export function RestrictedState({ session }: { readonly session: PanelSession }) {
  return <EmptyState title={t('restricted')} detail={t('restrictedHint')} actions={[manageTrustAction(session)]} />;
}
