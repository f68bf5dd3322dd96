import { exactNumber, metricFormat } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { lastOf } from './Legend';
import { select } from './usePlotPointer';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
}

/** Bars that are put into the page at most; the best ones. */
const mostBars = 300;

/** Metrics of which each run has one value: bars from the best to the worst; of a single run just the value. */
export function Bars({ view, metric, curves }: Props) {
  const marked = useStore(view.session.marked, (each) => each);
  const better = view.better(metric);
  const rows = curves.map((curve) => ({ curve, runId: curve.runId, value: lastOf(curve) }));
  const sign = better === 'lower' ? 1 : -1;
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
  const finite = rows.map(({ value }) => value).filter(Number.isFinite);
  const most = finite.reduce((size, value) => Math.max(size, Math.abs(value)), 0) || 1;
  // Values below zero go to the other side of it, by the same measure. Shares of the largest: a span of doubles may be no double.
  const low = finite.reduce((least, value) => Math.min(least, value / most), 0);
  const span = finite.reduce((high, value) => Math.max(high, value / most), 0) - low || 1;
  // Values are whole: bars take what the longest one leaves, all of them by the same measure.
  const longest = rows.slice(0, mostBars).reduce((length, { curve, value }) => {
    const size = curve.members && t('groupSize', curve.members.at(-1) ?? 0);
    return Math.max(length, format(value).length + (size === undefined ? 0 : size.length + 1));
  }, 0);
  const room = `min(72%, max(0px, 100% - ${longest + 2}ch))`;
  const names = rows.slice(0, mostBars).reduce((length, { runId }) => Math.max(length, view.nameOf(runId).length), 0);
  return (
    <div className="lb-bars" style={{ '--lb-names': `${names + 1}ch` }}>
      {rows.slice(0, mostBars).map(({ curve, runId, value }, index) => {
        const share = Number.isFinite(value) ? value / most : 0;
        const [start, size] = [(Math.min(share, 0) - low) / span, Math.abs(share) / span];
        const name = view.nameOf(runId);
        const look = view.looks.get(runId) ?? unknownLook;
        const isMarked = marked.hovered === runId || marked.selected.has(runId);
        return (
          <div
            key={runId}
            className={isMarked ? 'lb-bar-row lb-near' : 'lb-bar-row'}
            onPointerEnter={() => view.session.mark({ hovered: runId })}
            onPointerLeave={() => view.session.mark({ hovered: undefined })}
            onClick={(event) => select(view, runId, event.ctrlKey || event.metaKey)}
          >
            <span className="lb-cut-text" title={name}>
              {name}
            </span>
            <span className="lb-bar-room">
              <i
                style={{
                  width: `calc(${size} * ${room})`,
                  marginLeft: `calc(${start} * ${room})`,
                  background: look.colour,
                }}
              />
              <span
                className={index === 0 && better && !Number.isNaN(value) ? 'lb-best' : undefined}
                title={exactNumber(value)}
              >
                {format(value)}
              </span>
              {curve.members && <span className="lb-faint">{t('groupSize', curve.members.at(-1) ?? 0)}</span>}
            </span>
          </div>
        );
      })}
    </div>
  );
}
