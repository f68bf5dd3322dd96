import { useMemo } from 'react';
import { Icon } from '../shared/Icon';
import { lostRuns } from '../shared/lostRuns';
import type { MenuAction } from '../shared/Menu';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import type { TableView } from './tableModel';

export interface Live {
  /** Runs go on; or did when somebody paused. */
  readonly isLive: boolean;
  readonly isPaused: boolean;
  readonly toggle: () => void;
}

/** Whether values come by themselves, and whether they are shown. */
export function useLive({ session }: ExperimentSession, view: TableView): Live {
  const isPaused = useStore(session.isPaused, (each) => each);
  const lost = useStore(lostRuns, (each) => each);
  const isConnected = useStore(session.connection, ({ state }) => state === 'connected');
  const goesOn = useMemo(() => {
    const { table } = view;
    return table.status.some((status, slot) => status === 'RUNNING' && !lost.has(table.id[slot] ?? ''));
  }, [view, lost]);
  return { isLive: (goesOn && isConnected) || isPaused, isPaused, toggle: () => session.pause(!isPaused) };
}

/** Says that what is shown is live; a click stops it, and shows what came meanwhile at the next one. */
export function LiveButton({ live, isNarrow }: { readonly live: Live; readonly isNarrow: boolean }) {
  const { isLive, isPaused, toggle } = live;
  if (!isLive) {
    return null;
  }
  const label = t(isPaused ? 'paused' : 'live');
  return (
    <button
      type="button"
      className={isNarrow ? 'lb-icon-button' : 'lb-toggle lb-live'}
      aria-pressed={isPaused}
      aria-label={label}
      title={t(isPaused ? 'pausedHint' : 'liveHint')}
      onClick={toggle}
    >
      <Icon name={isPaused ? 'pause' : 'record'} small />
      {!isNarrow && <span>{label}</span>}
    </button>
  );
}

/** The same in a menu, where the bar has no room. */
export function liveActions({ isLive, isPaused, toggle }: Live): MenuAction[] {
  return isLive ? [{ label: t('pause'), checked: isPaused, onAct: toggle }] : [];
}
