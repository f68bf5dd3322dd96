import { exactNumber, metricFormat } from '../../../src/core/format';
import { t } from '../strings';
import { placeCell } from './axisText';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { allX, nearestX, readingsAt } from './reading';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
}

const mostRows = 500;

/** What a chart shows as a table: a row for each x, a column for each run. */
export function DataTable({ view, metric, curves }: Props) {
  const { zoom } = view;
  const inRange = allX(curves).filter((x) => !zoom || (x >= zoom.min && x <= zoom.max));
  const rows = thinOut(inRange);
  const format = metricFormat(curves.flatMap(({ y }) => y));
  return (
    <div className="lb-data-table" tabIndex={0} role="region" aria-label={t('dataTableOf', metric)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{view.axis === 'step' ? t('step') : t('time')}</th>
            {curves.map(({ runId }) => (
              <th key={runId} scope="col">
                {view.runs.find(({ id }) => id === runId)?.name ?? runId}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((x) => (
            <tr key={x}>
              <th scope="row">{placeCell(view.axis, x)}</th>
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

/** At most `mostRows` of them, spread evenly, the first and the last among them. */
function thinOut(rows: readonly number[]): readonly number[] {
  if (rows.length <= mostRows) {
    return rows;
  }
  return Array.from({ length: mostRows }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (mostRows - 1))] ?? 0);
}
