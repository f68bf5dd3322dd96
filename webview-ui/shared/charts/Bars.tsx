import { exactNumber, metricFormat } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { t } from '../strings';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { isLowerBetter } from './direction';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
}

/** Metrics of which each run has one value: bars from the best to the worst; of a single run just the value. */
export function Bars({ view, metric, curves }: Props) {
  const rows = curves.map((curve) => ({ runId: curve.runId, value: curve.odd[0]?.y ?? curve.y[0] ?? NaN }));
  const sign = isLowerBetter(metric) ? 1 : -1;
  rows.sort((a, b) => Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || sign * (a.value - b.value));
  const format = metricFormat(rows.map(({ value }) => value));
  const [only] = rows;
  if (view.isSingle && only) {
    return (
      <div className="lb-one-value">
        <span title={exactNumber(only.value)}>{format(only.value)}</span>
        <span className="lb-dim">{t('oneValue')}</span>
      </div>
    );
  }
  const most = rows.reduce((size, { value }) => (Number.isFinite(value) ? Math.max(size, Math.abs(value)) : size), 0);
  return (
    <div className="lb-bars">
      {rows.map(({ runId, value }, index) => {
        const share = Number.isFinite(value) && most > 0 ? Math.abs(value) / most : 0;
        const name = view.runs.find(({ id }) => id === runId)?.name ?? runId;
        const look = view.looks.get(runId) ?? unknownLook;
        return (
          <div key={runId} className="lb-bar-row">
            <span className="lb-cut-text" title={name}>
              {name}
            </span>
            <span className="lb-bar-room">
              <i style={{ width: `${share * 72}%`, background: look.colour }} />
              <span className={index === 0 ? 'lb-best' : undefined} title={exactNumber(value)}>
                {format(value)}
              </span>
            </span>
          </div>
        );
      })}
    </div>
  );
}
