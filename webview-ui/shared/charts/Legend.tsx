import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { exactNumber, formatCount, metricFormat } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { Find } from '../controls';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t } from '../strings';
import { useOneStop } from '../useOneStop';
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

/** Rows that Page Up and Page Down go by. */
const page = 10;

/**
 * The runs of a chart by their last value: a click selects one, Alt and a click shows only this one. Two stops of the Tab key: what finds
 * and sorts runs, and the list, which remembers where it was.
 */
export function Legend({ view, curves, metric, isNamed }: Props) {
  const [find, setFind] = useState('');
  const [isTurned, setIsTurned] = useState(false);
  const [current, setCurrent] = useState('');
  const head = useRef<HTMLDivElement>(null);
  useOneStop(head);
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
  const listed = found.slice(0, mostRows);
  const stop = listed.some(({ id }) => id === current) ? current : listed[0]?.id;
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
      <div ref={head} className="lb-legend-head">
        <Find label={t('findInRuns', formatCount(rows.length))} text={find} onChange={setFind} />
        <button type="button" className="lb-legend-sort" onClick={() => setIsTurned(!isTurned)} title={t('turnOrder')}>
          <span className="lb-cut-text">{isNamed ? metric : t('sortedByLast')}</span>
          <span aria-hidden="true">{isUp ? '↑' : '↓'}</span>
        </button>
      </div>
      <ul onKeyDown={moveFocus}>
        {listed.map(({ id, name, last }) => (
          <li key={id}>
            <button
              type="button"
              tabIndex={id === stop ? 0 : -1}
              aria-pressed={idsOf(id).every((each) => marked.selected.has(each))}
              className={marked.hovered === id ? 'lb-near' : undefined}
              title={view.showOnly ? t('legendHint', name) : name}
              onClick={(event) => act(event, id)}
              onFocus={() => setCurrent(id)}
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

/** Up and Down go from run to run, Page Up and Page Down further, Home and End to the ends. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = items.findIndex((item) => item === document.activeElement);
  const hasModifier = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
  const steps: Partial<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -items.length,
    End: items.length,
  };
  const by = hasModifier ? undefined : steps[event.key];
  if (by !== undefined && at >= 0) {
    event.preventDefault();
    event.stopPropagation();
    items[Math.max(0, Math.min(items.length - 1, at + by))]?.focus();
  }
}
