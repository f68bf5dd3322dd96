import { useMemo } from 'react';
import type { RunStatus } from '../../src/core/model';
import { Icon } from './Icon';
import { goingOn, lostRuns } from './lostRuns';
import type { MenuAction } from './Menu';
import type { PanelSession } from './session';
import { useStore } from './store';
import { t } from './strings';

export interface Live {
  /** Runs go on; or did when somebody paused. */
  readonly isLive: boolean;
  readonly isPaused: boolean;
  readonly toggle: () => void;
}

/** Whether values come by themselves, and whether they are shown. @param goesOn of the panel's runs any */
export function useLive(session: PanelSession, goesOn: boolean): Live {
  const isPaused = useStore(session.isPaused, (each) => each);
  const isConnected = useStore(session.connection, ({ state }) => state === 'connected');
  return { isLive: (goesOn && isConnected) || isPaused, isPaused, toggle: () => session.pause(!isPaused) };
}

/** The same in panels of chosen runs. */
export function useLiveRuns(
  session: PanelSession,
  runs: readonly { readonly id: string; readonly status: RunStatus }[],
): Live {
  const lost = useStore(lostRuns, (each) => each);
  const goesOn = useMemo(() => goingOn(runs, lost).size > 0, [runs, lost]);
  return useLive(session, goesOn);
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
