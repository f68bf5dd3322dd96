import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { exactNumber, formatCount, formatInstant, metricFormat } from '../../src/core/format';
import type { PanelMetric, PanelRun } from '../../src/protocol/panels';
import { bestOf, curveOf } from '../shared/charts/curve';
import { Find } from '../shared/controls';
import { NoMetrics } from '../shared/NoMetrics';
import { fromPanelInt64, fromWireDouble } from '../shared/numbers';
import type { RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t } from '../shared/strings';
import { Sparkline } from './Sparkline';

interface Props {
  readonly session: PanelSession;
  readonly run: PanelRun;
  readonly look: RunLook | undefined;
  /** Significant digits of values. */
  readonly digits: number;
}

const trendPoints = 120;

/** Each metric's trend, its last, smallest and largest value, and how far it has come. */
export function MetricTable({ session, run, look, digits }: Props) {
  const [text, setText] = useState('');
  useEffect(() => {
    session.trends.configure({ runIds: [run.id], axis: 'step', range: undefined, maxPoints: trendPoints });
  }, [session, run.id]);
  const wanted = text.trim().toLowerCase();
  const metrics = run.metrics.filter(({ key }) => key.toLowerCase().includes(wanted));
  return (
    <section>
      <h2>
        {t('metricsTitle')} <span className="lb-count">{formatCount(run.metrics.length)}</span>
        <span className="lb-grow" />
        {run.metrics.length > 0 && <Find label={t('findMetrics')} text={text} onChange={setText} />}
      </h2>
      {run.metrics.length === 0 && <NoMetrics of={run} />}
      {run.metrics.length > 0 && metrics.length === 0 && <p className="lb-faint lb-small">{t('nothingFound', text)}</p>}
      {metrics.length > 0 && (
        <table className="lb-table lb-metrics">
          <thead>
            <tr>
              <th scope="col">{t('name')}</th>
              <th scope="col" className="lb-trend">
                {t('trend')}
              </th>
              <th scope="col">{t('last')}</th>
              <th scope="col">{t('min')}</th>
              <th scope="col">{t('max')}</th>
              <th scope="col">{t('step')}</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <MetricRow key={metric.key} session={session} run={run} metric={metric} look={look} digits={digits} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function MetricRow({ session, run, metric, look, digits }: Props & { readonly metric: PanelMetric }) {
  const subscribe = useMemo(
    () => (listener: () => void) => session.trends.watch(metric.key, listener),
    [session, metric.key],
  );
  const data = useSyncExternalStore(subscribe, () => session.trends.get(metric.key));
  const entry = data.entries.get(run.id);
  const curve = useMemo(() => (entry ? curveOf(entry) : undefined), [entry]);
  const last = fromWireDouble(metric.value);
  const low = (curve && bestOf(curve, 'lower')?.y) ?? Infinity;
  const high = (curve && bestOf(curve, 'higher')?.y) ?? -Infinity;
  const isOne = curve !== undefined && curve.total <= 1;
  const format = metricFormat([last, ...(isOne || low > high ? [] : [low, high])], digits);
  const when = formatInstant(fromPanelInt64(metric.timestamp), document.documentElement.lang || undefined);
  const extreme = (value: number): string => (curve && !isOne && low <= high ? format(value) : '–');
  return (
    <tr>
      <th scope="row" className="lb-cut-text" title={metric.key}>
        {metric.key}
      </th>
      <td className="lb-trend">
        {isOne ? (
          <span className="lb-faint">{t('oneValue')}</span>
        ) : (
          curve && <Sparkline curve={curve} look={look} isLive={run.status === 'RUNNING'} />
        )}
      </td>
      <td className="lb-strong" title={`${exactNumber(last)}\n${when.local}`}>
        {format(last)}
      </td>
      <td title={exactNumber(low)}>{extreme(low)}</td>
      <td title={exactNumber(high)}>{extreme(high)}</td>
      <td className="lb-dim">{formatCount(fromPanelInt64(metric.step))}</td>
    </tr>
  );
}
