import { useLayoutEffect, useRef } from 'react';
import { exactNumber, metricFormat } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { Swatch } from '../Swatch';
import { placeCell, placeText } from './axisText';
import type { ChartsView } from './controller';
import { around } from './reading';

const mostRows = 12;
const distance = 16;

/** What the runs' values are at the cross-hair, beside the pointer and never under it. */
export function Tooltip({ view }: { readonly view: ChartsView }) {
  const hover = useStore(view.hover, (each) => each);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !hover) {
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = element;
    const right = hover.left + distance;
    const left = right + width > window.innerWidth - 4 ? hover.left - distance - width : right;
    const top = Math.min(hover.top + 8, window.innerHeight - height - 4);
    element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }, [hover]);
  if (!hover || hover.readings.length === 0) {
    return null;
  }
  const format = metricFormat(hover.readings.map(({ value }) => value));
  const nearest = hover.readings.findIndex(({ runId }) => runId === hover.nearest);
  const rows = around(hover.readings, Math.max(0, nearest), mostRows);
  const rest = hover.readings.length - rows.length;
  return (
    <div ref={box} className="lb-tooltip" aria-hidden="true">
      <div className="lb-tooltip-head">
        <span>{placeText(hover.axis, hover.x)}</span>
        <span className="lb-dim lb-cut-text">{hover.key}</span>
      </div>
      {rows.map(({ runId, x, value }) => {
        const run = view.runs.find(({ id }) => id === runId);
        return (
          <div
            key={runId}
            className={runId === hover.nearest && view.runs.length > 1 ? 'lb-tooltip-row lb-near' : 'lb-tooltip-row'}
          >
            {run && <Swatch status={run.status} look={view.looks.get(runId) ?? unknownLook} />}
            <span className="lb-cut-text lb-grow">{run?.name ?? runId}</span>
            {Math.abs(x - hover.x) > hover.span / 100 && <span className="lb-faint">{placeCell(hover.axis, x)}</span>}
            <span title={exactNumber(value)}>{format(value)}</span>
          </div>
        );
      })}
      {rest > 0 && <div className="lb-tooltip-row lb-dim">{t('moreRuns', rest)}</div>}
      {rows.some(({ isMean }) => isMean) && <div className="lb-tooltip-note">{t('meansNote')}</div>}
    </div>
  );
}
