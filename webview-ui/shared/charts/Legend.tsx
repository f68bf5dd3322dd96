import { useMemo, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { exactNumber, formatCount, metricFormat } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { Find } from '../controls';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { LineSwatch } from './LineSwatch';
import { select } from './usePlotPointer';

interface Props {
  readonly view: ChartsView;
  readonly curves: readonly Curve[];
  /** Whose values are told; the curves are of it. */
  readonly metric: string;
  /** It is not seen from where the list stands. */
  readonly isNamed: boolean;
}

/** Rows that are put into the page; the others are reached by searching. */
const mostRows = 400;

/** The runs of a chart by their last value: a click selects one, Alt and a click shows only this one. */
export function Legend({ view, curves, metric, isNamed }: Props) {
  const [find, setFind] = useState('');
  const [isTurned, setIsTurned] = useState(false);
  // The best first, where that is known.
  const isUp = (view.better(metric) === 'lower') !== isTurned;
  const marked = useStore(view.session.marked, (each) => each);
  const rows = useMemo(() => {
    const all = curves.map((curve) => ({ id: curve.runId, name: view.nameOf(curve.runId), last: lastOf(curve) }));
    return all.sort((a, b) => compareLast(a.last, b.last, isUp ? 'lower' : 'higher'));
  }, [curves, view, isUp]);
  const format = useMemo(
    () =>
      metricFormat(
        rows.map(({ last }) => last),
        view.digits,
      ),
    [rows, view.digits],
  );
  const wanted = find.trim().toLowerCase();
  const found = wanted === '' ? rows : rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const idsOf = (id: string): readonly string[] => view.groups.find((group) => group.id === id)?.runIds ?? [id];
  const act = (event: MouseEvent, id: string): void => {
    if (event.altKey && view.showOnly) {
      view.showOnly(idsOf(id));
    } else {
      select(view, id, event.ctrlKey || event.metaKey);
    }
  };
  return (
    <aside className="lb-legend" aria-label={t('legend')}>
      <Find label={t('findInRuns', formatCount(rows.length))} text={find} onChange={setFind} />
      <button type="button" className="lb-legend-sort" onClick={() => setIsTurned(!isTurned)} title={t('turnOrder')}>
        <span className="lb-cut-text">{isNamed ? metric : t('sortedByLast')}</span>
        <span aria-hidden="true">{isUp ? '↑' : '↓'}</span>
      </button>
      <ul onKeyDown={moveFocus}>
        {found.slice(0, mostRows).map(({ id, name, last }, index) => (
          <li key={id}>
            <button
              type="button"
              tabIndex={index === 0 ? 0 : -1}
              aria-pressed={idsOf(id).every((each) => marked.selected.has(each))}
              className={marked.hovered === id ? 'lb-near' : undefined}
              title={view.showOnly ? t('legendHint', name) : name}
              onClick={(event) => act(event, id)}
              onPointerEnter={() => view.session.mark({ hovered: id })}
              onPointerLeave={() => view.session.mark({ hovered: undefined })}
            >
              <LineSwatch look={view.looks.get(id) ?? unknownLook} />
              <span className="lb-cut-text lb-grow">{name}</span>
              <span className={Number.isFinite(last) ? undefined : 'lb-error'} title={exactNumber(last)}>
                {format(last)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="lb-faint">{t('nothingFound', find)}</p>}
      {found.length > mostRows && <p className="lb-faint">{t('moreRuns', formatCount(found.length - mostRows))}</p>}
    </aside>
  );
}

/** What was logged last, NaN and infinities too. */
export function lastOf({ x, values, odd }: Curve): number {
  const at = values.findLastIndex(Number.isFinite);
  const newest = odd.at(-1);
  return newest && (at < 0 || newest.x > (x[at] ?? NaN)) ? newest.y : (values[at] ?? NaN);
}

/** The better one first; NaN last in any case. */
export function compareLast(a: number, b: number, better: Better): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return a === b ? 0 : (better === 'lower' ? a < b : a > b) ? -1 : 1;
}

/** Up and Down go from run to run. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const sign = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = items.findIndex((item) => item === document.activeElement);
  if (sign !== 0 && at >= 0) {
    event.preventDefault();
    event.stopPropagation();
    items[at + sign]?.focus();
  }
}
