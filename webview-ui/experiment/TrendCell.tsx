import { useMemo, useSyncExternalStore } from 'react';
import type { RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { trendOf } from './table/trend';

interface Props {
  readonly session: PanelSession;
  readonly metric: string;
  readonly runId: string;
  readonly look: RunLook;
  readonly isHollow: boolean;
  readonly isLive: boolean;
}

const width = 60;
const height = 16;

/** The shape of a run's curve. Which runs are read, the table says (`useTrends`). */
export function TrendCell({ session, metric, runId, look, isHollow, isLive }: Props) {
  const subscribe = useMemo(() => (listener: () => void) => session.trends.watch(metric, listener), [session, metric]);
  const entry = useSyncExternalStore(subscribe, () => session.trends.get(metric).entries.get(runId));
  const trend = useMemo(() => (entry ? trendOf(entry.series, width, height) : undefined), [entry]);
  if (!trend || trend.path === '') {
    return null;
  }
  return (
    <svg
      className={isHollow ? 'lb-trend-line lb-faint' : 'lb-trend-line'}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      style={{ color: isHollow ? undefined : look.colour }}
    >
      <path d={trend.path} strokeDasharray={look.dash.join(' ')} />
      {trend.end && <circle cx={trend.end.x} cy={trend.end.y} r={isLive ? 2 : 1.5} />}
    </svg>
  );
}
