import { exactNumber, metricFormat } from '../../../src/core/format';
import { useStore } from '../store';
import { t } from '../strings';
import { axisTitle, placeCell } from './axisText';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { allX, nearestX, readingsAt } from './reading';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
}

const mostRows = 500;
/** Cells that are put into the page at most. */
const mostCells = 20_000;

/** What a chart shows as a table: a row for each x, a column for each run. */
export function DataTable({ view, metric, curves }: Props) {
  const zoom = useStore(view.zoom.range, (each) => each);
  const axis = view.settings.x;
  const inRange = allX(curves).filter((x) => !zoom || (x >= zoom.min && x <= zoom.max));
  const rows = thinOut(inRange, Math.max(20, Math.min(mostRows, Math.floor(mostCells / Math.max(1, curves.length)))));
  const format = metricFormat(curves.flatMap(({ y }) => [...y]));
  return (
    <div className="lb-data-table" tabIndex={0} role="region" aria-label={t('dataTableOf', metric)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{axisTitle(axis)}</th>
            {curves.map(({ runId }) => (
              <th key={runId} scope="col">
                {view.nameOf(runId)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((x) => (
            <tr key={x}>
              <th scope="row">{placeCell(axis, x)}</th>
              {curves.map((curve) => {
                const value = nearestX([curve], x) === x ? readingsAt([curve], x, 0)[0]?.value : undefined;
                return (
                  <td key={curve.runId} title={value === undefined ? undefined : exactNumber(value)}>
                    {value === undefined ? '–' : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < inRange.length && <p className="lb-dim">{t('rowsOf', rows.length, inRange.length)}</p>}
    </div>
  );
}

/** At most `most` of them, spread evenly, the first and the last among them. */
function thinOut(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) {
    return rows;
  }
  return Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))] ?? 0);
}
