import { useMemo, useState, type ReactNode } from 'react';
import { exactNumber, formatCount, metricFormat } from '../../src/core/format';
import type { PanelRun } from '../../src/protocol/panels';
import { Find, LinkButton } from '../shared/controls';
import { Icon } from '../shared/Icon';
import { unknownLook, type RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { useStore } from '../shared/store';
import { t, tCount } from '../shared/strings';
import { RunSwatch } from '../shared/Swatch';
import { useScroll } from '../shared/useScroll';
import { diffRows, type DiffRow } from './diffRows';

interface Props {
  readonly session: PanelSession;
  readonly runs: readonly PanelRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  /** Significant digits of metrics' values. */
  readonly digits: number;
}

/** Metrics, parameters and tags of the runs side by side; what differs first, equal rows folded. */
export function Differences({ session, runs, looks, digits }: Props) {
  const box = useScroll(session, 'differences');
  const [find, setFind] = useState('');
  const groups = useMemo(
    () => [
      { id: 'metrics', title: t('metricsTitle'), rows: diffRows(runs, ({ metrics }) => metrics), isMetric: true },
      { id: 'params', title: t('parameters'), rows: diffRows(runs, ({ params }) => params), isMetric: false },
      {
        id: 'tags',
        title: t('tags'),
        rows: diffRows(runs, ({ tags }) => tags.filter(({ key }) => !key.startsWith('mlflow.'))),
        isMetric: false,
      },
    ],
    [runs],
  );
  const wanted = find.trim().toLowerCase();
  const fits = ({ key, values }: DiffRow): boolean =>
    key.toLowerCase().includes(wanted) || values.some((value) => value?.toLowerCase().includes(wanted));
  return (
    <div className="lb-differences">
      <div className="lb-toolbar">
        <Find label={t('findRows')} text={find} onChange={setFind} />
      </div>
      <div ref={box} className="lb-scroll">
        <table className="lb-side-by-side">
          <thead>
            <tr>
              <th scope="col">{t('name')}</th>
              {runs.map((run) => (
                <th key={run.id} scope="col" title={run.name}>
                  <span>
                    <RunSwatch run={run} look={looks.get(run.id) ?? unknownLook} />
                    <span className="lb-cut-text">{run.name}</span>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          {groups.map(({ id, title, rows, isMetric }) => (
            <Group
              key={id}
              {...{ session, id, title, isMetric, digits }}
              columns={runs.length}
              rows={rows.filter(fits)}
            />
          ))}
        </table>
      </div>
    </div>
  );
}

interface GroupProps {
  readonly session: PanelSession;
  readonly id: string;
  readonly title: string;
  readonly rows: readonly DiffRow[];
  readonly isMetric: boolean;
  readonly columns: number;
  readonly digits: number;
}

function Group({ session, id, title, rows, isMetric, columns, digits }: GroupProps) {
  const name = `differences/${id}`;
  const isOpen = useStore(session.state, (state) => state.sections[name] ?? true);
  const showsEqual = useStore(session.state, (state) => state.sections[`${name}/equal`] ?? false);
  const arrange = (key: string, open: boolean): void =>
    session.arrange({ sections: { ...session.state.get().sections, [key]: open } });
  if (rows.length === 0) {
    return null;
  }
  const differing = rows.filter(({ differs }) => differs);
  const equal = rows.filter(({ differs }) => !differs);
  const cells = isMetric ? MetricCells : TextCells;
  const full = (content: ReactNode) => (
    <tr>
      <td colSpan={columns + 1}>{content}</td>
    </tr>
  );
  return (
    <tbody>
      <tr className="lb-group">
        <th colSpan={columns + 1} scope="rowgroup">
          <button type="button" className="lb-section" aria-expanded={isOpen} onClick={() => arrange(name, !isOpen)}>
            <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
            {title}
            <span className="lb-count">
              {t('metricsDiffer', formatCount(differing.length), formatCount(rows.length))}
            </span>
          </button>
        </th>
      </tr>
      {isOpen && differing.length === 0 && full(<span className="lb-faint">{t('allEqual')}</span>)}
      {isOpen &&
        [...differing, ...(showsEqual ? equal : [])].map((row) => (
          <Row key={row.key} row={row} Cells={cells} digits={digits} />
        ))}
      {isOpen &&
        equal.length > 0 &&
        full(
          <LinkButton
            label={
              showsEqual
                ? tCount('hideEqualOne', 'hideEqual', equal.length, formatCount(equal.length))
                : tCount('showEqualOne', 'showEqual', equal.length, formatCount(equal.length))
            }
            onAct={() => arrange(`${name}/equal`, !showsEqual)}
          />,
        )}
    </tbody>
  );
}

interface RowProps {
  readonly row: DiffRow;
  readonly Cells: (props: CellsProps) => ReactNode;
  readonly digits: number;
}

interface CellsProps {
  readonly values: DiffRow['values'];
  readonly digits: number;
}

function Row({ row, Cells, digits }: RowProps) {
  return (
    <tr className={row.differs ? undefined : 'lb-equal'}>
      <th scope="row" title={row.key}>
        {row.key}
      </th>
      <Cells values={row.values} digits={digits} />
    </tr>
  );
}

/** Faint where it is the first run's. */
function TextCells({ values }: CellsProps) {
  return values.map((value, index) => (
    <td key={index} title={value} className={index > 0 && value === values[0] ? 'lb-faint' : undefined}>
      {value === undefined ? '–' : value === '' ? <span className="lb-faint">{t('empty')}</span> : value}
    </td>
  ));
}

/** In the decimals that the row shares. */
function MetricCells({ values, digits }: CellsProps) {
  const numbers = values.map((value) => (value === undefined ? undefined : Number(value)));
  const format = metricFormat(
    numbers.filter((value) => value !== undefined),
    digits,
  );
  return numbers.map((value, index) => (
    <td
      key={index}
      title={value === undefined ? undefined : exactNumber(value)}
      className={index > 0 && values[index] === values[0] ? 'lb-faint' : undefined}
    >
      {value === undefined ? '–' : format(value)}
    </td>
  ));
}
