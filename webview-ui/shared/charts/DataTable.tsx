import { useMemo } from 'react';
import { exactNumber, formatCount, metricFormat } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { isSmoothing } from './arrangement';
import { axisTitle, placeCell } from './axisText';
import { barsOf } from './barRows';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { LineSwatch } from './LineSwatch';
import type { Range } from './range';
import { allX, nearestX, readingsAt, type Reading } from './reading';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  /** Each run has one value: a row for each, the best first. */
  readonly isBars: boolean;
  /** In the chart's place, which is the stop of the Tab key: Enter goes in. */
  readonly isInChart?: boolean;
}

const mostRows = 500;
/** Cells that are put into the page at most. */
const mostCells = 20_000;

/** What a chart shows as a table: a row for each x in view, a column for each run; names and x stay while it is scrolled. */
export function DataTable(props: Props) {
  const { metric, isBars, isInChart = false } = props;
  return (
    <div className="lb-data-table" tabIndex={isInChart ? -1 : 0} role="region" aria-label={t('dataTableOf', metric)}>
      {isBars ? <ValueTable {...props} /> : <PointTable {...props} />}
    </div>
  );
}

function PointTable({ view, metric, curves }: Props) {
  const zoom = useStore(view.zoom.range, (each) => each);
  const axis = view.settings.x;
  const { digits } = view;
  const { rows, all, format, isMean } = useMemo(() => rowsOf(curves, zoom, digits), [curves, zoom, digits]);
  return (
    <>
      <table>
        <caption className="lb-spoken">{metric}</caption>
        <thead>
          <tr>
            <th scope="col">{axisTitle(axis)}</th>
            {curves.map(({ runId }) => (
              <th key={runId} scope="col" title={view.nameOf(runId)}>
                <LineSwatch look={view.looks.get(runId) ?? unknownLook} />
                {view.nameOf(runId)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ x, readings }) => (
            <tr key={x}>
              <th scope="row">{placeCell(axis, x)}</th>
              {readings.map((reading, at) => (
                <Value key={curves[at]?.runId} reading={reading} format={format} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < all && <p className="lb-dim">{t('rowsOf', rows.length, all)}</p>}
      {isMean && <p className="lb-dim">{t('meansNote')}</p>}
      {isSmoothing(view.settings.smoothing) && (
        <p className="lb-dim">{t('smoothedOver', formatCount(curves.reduce((sum, { total }) => sum + total, 0)))}</p>
      )}
    </>
  );
}

function Value({ reading, format }: { reading: Reading | undefined; format: (value: number) => string }) {
  if (!reading) {
    return <td className="lb-faint">–</td>;
  }
  const { value } = reading;
  return (
    <td className={Number.isFinite(value) ? undefined : 'lb-error'} title={exactNumber(value)}>
      {format(value)}
    </td>
  );
}

function ValueTable({ view, metric, curves }: Props) {
  const axis = view.settings.x;
  const { bars, format } = barsOf(curves, view.better(metric), view.digits);
  const places = new Map(curves.map(({ runId, x, odd }) => [runId, x.at(-1) ?? odd.at(-1)?.x ?? NaN]));
  return (
    <table>
      <caption className="lb-spoken">{metric}</caption>
      <thead>
        <tr>
          <th scope="col">{t('name')}</th>
          <th scope="col">{metric}</th>
          <th scope="col">{axisTitle(axis)}</th>
        </tr>
      </thead>
      <tbody>
        {bars.slice(0, mostRows).map(({ runId, value }) => (
          <tr key={runId}>
            <th scope="row" title={view.nameOf(runId)}>
              <LineSwatch look={view.looks.get(runId) ?? unknownLook} />
              {view.nameOf(runId)}
            </th>
            <td title={exactNumber(value)}>{format(value)}</td>
            <td>{placeCell(axis, places.get(runId) ?? NaN)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Rows {
  readonly rows: readonly { readonly x: number; readonly readings: readonly (Reading | undefined)[] }[];
  /** How many there are. */
  readonly all: number;
  readonly format: (value: number) => string;
  /** Some values are means of several points. */
  readonly isMean: boolean;
}

function rowsOf(curves: readonly Curve[], zoom: Range | undefined, digits: number): Rows {
  const inRange = allX(curves).filter((x) => !zoom || (x >= zoom.min && x <= zoom.max));
  const most = Math.max(20, Math.min(mostRows, Math.floor(mostCells / Math.max(1, curves.length))));
  const rows = thinOut(inRange, most).map((x) => ({
    x,
    readings: curves.map((curve) => (nearestX([curve], x) === x ? readingsAt([curve], x, 0)[0] : undefined)),
  }));
  const shown = rows.flatMap(({ readings }) => readings.flatMap((reading) => reading ?? []));
  return {
    rows,
    all: inRange.length,
    format: metricFormat(
      shown.map(({ value }) => value),
      digits,
    ),
    isMean: shown.some(({ isMean }) => isMean),
  };
}

/** At most `most` of them, spread evenly, the first and the last among them. */
function thinOut(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) {
    return rows;
  }
  return Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))] ?? 0);
}
