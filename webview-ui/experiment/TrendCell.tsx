import { useMemo, useSyncExternalStore } from 'react';
import { formatCount } from '../../src/core/format';
import type { RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t } from '../shared/strings';
import { meanOf, mostMembers, trendOf, type Trend } from './table/trend';

interface LookProps {
  readonly look: RunLook;
  readonly isHollow: boolean;
  readonly isLive: boolean;
}

interface Props extends LookProps {
  readonly session: PanelSession;
  readonly metric: string;
  readonly runId: string;
}

const width = 60;
const height = 16;

/** The shape of a run's curve. Which runs are read, the table says (`useTrends`). */
export function TrendCell({ session, metric, runId, look, isHollow, isLive }: Props) {
  const subscribe = useMemo(() => (listener: () => void) => session.trends.watch(metric, listener), [session, metric]);
  const entry = useSyncExternalStore(subscribe, () => session.trends.get(metric).entries.get(runId));
  const trend = useMemo(() => (entry ? trendOf(entry.series, width, height) : undefined), [entry]);
  return <TrendLine trend={trend} look={look} isHollow={isHollow} isLive={isLive} />;
}

interface GroupProps extends Pick<Props, 'session' | 'metric' | 'look'> {
  readonly runIds: readonly string[];
}

/** The mean curve of a group's runs; of a group that is too large only how many they are. */
export function GroupTrendCell({ session, metric, runIds, look }: GroupProps) {
  const subscribe = useMemo(() => (listener: () => void) => session.trends.watch(metric, listener), [session, metric]);
  const entries = useSyncExternalStore(subscribe, () => session.trends.get(metric).entries);
  const isRead = runIds.length <= mostMembers;
  const trend = useMemo(() => {
    const mean = isRead ? meanOf(runIds.flatMap((id) => entries.get(id)?.series ?? [])) : undefined;
    return mean && trendOf(mean, width, height);
  }, [entries, isRead, runIds]);
  return isRead ? (
    <TrendLine trend={trend} look={look} isHollow={false} isLive={false} />
  ) : (
    <span className="lb-faint">{t('groupSize', formatCount(runIds.length))}</span>
  );
}

function TrendLine({ trend, look, isHollow, isLive }: LookProps & { readonly trend: Trend | undefined }) {
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
