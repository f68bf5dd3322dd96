import { exactNumber } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { barsOf } from './barRows';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
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
  const { bars, format } = barsOf(curves, better, view.digits);
  const [only] = bars;
  if (view.isSingle && only) {
    return (
      <div className="lb-one-value">
        <span title={exactNumber(only.value)}>{format(only.value)}</span>
        <span className="lb-dim">{t('oneValue')}</span>
      </div>
    );
  }
  const shown = bars.slice(0, mostBars);
  // Values are whole: bars take what the longest one leaves, all of them by the same measure.
  const longest = shown.reduce(
    (length, { value, note }) => Math.max(length, format(value).length + (note === undefined ? 0 : note.length + 1)),
    0,
  );
  const room = `min(72%, max(0px, 100% - ${longest + 2}ch))`;
  const names = shown.reduce((length, { runId }) => Math.max(length, view.nameOf(runId).length), 0);
  return (
    <div className="lb-bars" tabIndex={-1} style={{ '--lb-names': `${names + 1}ch` }}>
      {shown.map(({ runId, value, start, size, isBest, note }) => {
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
              <span className={isBest ? 'lb-best-value' : undefined} title={exactNumber(value)}>
                {format(value)}
              </span>
              {note !== undefined && <span className="lb-faint">{note}</span>}
            </span>
          </div>
        );
      })}
    </div>
  );
}
