import { useEffect, type RefObject } from 'react';
import { exactNumber, formatCount } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { barsOf, type Bar } from './barRows';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { plotKeyEvent } from './usePlotKeys';
import { select } from './usePlotPointer';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  /** The element that has the focus and gets the keys. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** Bars that are put into the page at most; the best ones. */
const mostBars = 300;

/** Metrics of which each run has one value: bars from the best to the worst; of a single run just the value. */
export function Bars({ view, metric, curves, frame }: Props) {
  const marked = useStore(view.session.marked, (each) => each);
  const better = view.better(metric);
  const { bars, format } = barsOf(curves, better, view.digits);
  const shown = view.isSingle ? [] : bars.slice(0, mostBars);
  useBarKeys(view, frame, shown, format);
  const [only] = bars;
  if (view.isSingle && only) {
    return (
      <div className="lb-one-value">
        <span title={exactNumber(only.value)}>{format(only.value)}</span>
        <span className="lb-dim">{t('oneValue')}</span>
      </div>
    );
  }
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

/** Keys inside of bars: Up and Down go from bar to bar and say it, Home and End to the first and the last, Space selects its run. */
function useBarKeys(
  view: ChartsView,
  frame: RefObject<HTMLDivElement | null>,
  bars: readonly Bar[],
  format: (value: number) => string,
): void {
  useEffect(() => {
    const element = frame.current;
    const onKey = (event: Event): void => {
      if (!(event instanceof CustomEvent && event.detail instanceof KeyboardEvent) || !element) {
        return;
      }
      const { key, ctrlKey, metaKey } = event.detail;
      const sign = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[key] ?? 0;
      const at = bars.findIndex(({ runId }) => runId === view.session.marked.get().hovered);
      const next = bars[Math.max(0, Math.min(bars.length - 1, at + sign))];
      if (key === ' ' && at >= 0 && next) {
        select(view, next.runId, ctrlKey || metaKey);
      } else if (sign !== 0 && next) {
        view.session.mark({ hovered: next.runId });
        const place = bars.indexOf(next);
        element.querySelectorAll('.lb-bar-row')[place]?.scrollIntoView({ block: 'nearest' });
        const [name, value] = [view.nameOf(next.runId), format(next.value)];
        view.say(t('spokenBar', name, value, formatCount(place + 1), formatCount(bars.length)));
      }
    };
    element?.addEventListener(plotKeyEvent, onKey);
    return () => element?.removeEventListener(plotKeyEvent, onKey);
  }, [view, frame, bars, format]);
}
