import { useLayoutEffect, useRef } from 'react';
import { exactNumber, formatCount, metricFormat } from '../../../src/core/format';
import { IconButton } from '../controls';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { GroupSwatch, RunSwatch } from '../Swatch';
import { placeCell, placeText } from './axisText';
import type { ChartsView, Hover } from './controller';
import { groupStyleText } from './GroupSelect';
import { around, type Reading } from './reading';
import { select } from './usePlotPointer';

const mostRows = 12;
const distance = 16;

/** What the values are at the cross-hair, beside the pointer and never under it; a click keeps it. */
export function Tooltip({ view }: { readonly view: ChartsView }) {
  const hover = useStore(view.hover, (each) => each);
  return hover && hover.readings.length > 0 ? <Box view={view} hover={hover} /> : null;
}

function Box({ view, hover }: { readonly view: ChartsView; readonly hover: Hover }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) {
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = element;
    const right = hover.left + distance;
    const left = right + width > window.innerWidth - 4 ? hover.left - distance - width : right;
    const top = Math.min(hover.top + 8, window.innerHeight - height - 4);
    element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }, [hover]);
  const format = metricFormat(
    hover.readings.map(({ value }) => value),
    view.digits,
  );
  const nearest = hover.readings.findIndex(({ runId }) => runId === hover.nearest);
  const rows = around(hover.readings, Math.max(0, nearest), mostRows);
  const rest = hover.readings.length - rows.length;
  const { groups } = view.settings;
  const isGroups = view.groups.length > 0;
  return (
    <div
      ref={box}
      className={`lb-tooltip${hover.isKept ? ' lb-kept' : ''}${isGroups ? ' lb-of-groups' : ''}`}
      aria-hidden={!hover.isKept}
    >
      <div className="lb-tooltip-head">
        <span>{placeText(hover.axis, hover.x)}</span>
        <span className="lb-dim lb-cut-text">
          {isGroups ? t('keyWithStyle', hover.key, groupStyleText(groups)) : hover.key}
        </span>
        {hover.isKept && <IconButton icon="close" label={t('closeTooltip')} onAct={() => view.hover.set(undefined)} />}
      </div>
      {secondTime(view, hover) && <div className="lb-tooltip-time">{secondTime(view, hover)}</div>}
      <div className="lb-tooltip-rows">
        {rows.map((reading) => (
          <Row key={reading.runId} view={view} hover={hover} reading={reading} format={format} />
        ))}
      </div>
      {rest > 0 && <div className="lb-tooltip-row lb-dim">{t('moreRuns', formatCount(rest))}</div>}
      {rows.some(({ isMean }) => isMean) && <div className="lb-tooltip-note">{t('meansNote')}</div>}
    </div>
  );
}

interface RowProps {
  readonly view: ChartsView;
  readonly hover: Hover;
  readonly reading: Reading;
  readonly format: (value: number) => string;
}

function Row({ view, hover, reading, format }: RowProps) {
  const { runId, x, value, raw, spread } = reading;
  const run = view.runs.find(({ id }) => id === runId);
  const look = view.looks.get(runId) ?? unknownLook;
  const isNear = runId === hover.nearest && hover.readings.length > 1;
  return (
    <div
      className={isNear ? 'lb-tooltip-row lb-near' : 'lb-tooltip-row'}
      onClick={hover.isKept ? (event) => select(view, runId, event.ctrlKey || event.metaKey) : undefined}
    >
      {run ? <RunSwatch run={run} look={look} /> : <GroupSwatch look={look} />}
      <span className="lb-cut-text lb-grow">{view.nameOf(runId)}</span>
      {Math.abs(x - hover.x) > hover.span / 100 && (
        <span className="lb-tooltip-at lb-faint">{placeCell(hover.axis, x)}</span>
      )}
      {raw !== undefined && <span className="lb-tooltip-raw lb-faint">{t('rawValue', format(raw))}</span>}
      <span className="lb-tooltip-value" title={exactNumber(value)}>
        {format(value)}
      </span>
      {spread && <span className="lb-tooltip-spread lb-faint">{spreadText(view, reading, format)}</span>}
    </div>
  );
}

/** `± 0.0124`, `0.61 – 0.68`, `n = 1`; with how many runs they are where that is not all of them. */
function spreadText(view: ChartsView, { runId, value, spread }: Reading, format: (value: number) => string): string {
  if (!spread) {
    return '';
  }
  const { low, high, members } = spread;
  const all = view.groups.find(({ id }) => id === runId)?.runIds.length ?? members;
  const kind = view.settings.groups?.spread;
  if (members === 1) {
    return all === 1 ? t('groupSize', 1) : t('groupSizeOf', 1, all);
  }
  const isEven = kind === 'std' || kind === 'se' || kind === 'ci95';
  const width = isEven ? t('plusMinus', format(high - value)) : t('range', format(low), format(high));
  return members === all ? t('widthWithSize', width, members) : t('widthWithSizeOf', width, members, all);
}

/** Over a time, the nearest run's other one: on the clock, or since its start. */
function secondTime(view: ChartsView, { axis, nearest, readings }: Hover): string | undefined {
  const run = view.runs.find(({ id }) => id === nearest);
  const reading = readings.find(({ runId }) => runId === nearest);
  if (!run || !reading || !Number.isFinite(run.started) || (axis !== 'time' && axis !== 'relative')) {
    return undefined;
  }
  const start = run.started / 1000;
  const text = axis === 'time' ? placeText('relative', reading.x - start) : placeText('time', start + reading.x);
  return view.isSingle ? text : t('timeOfRun', run.name, text);
}
