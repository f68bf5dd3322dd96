import { useCallback, useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { formatCount } from '../../../src/core/format';
import { LinkButton } from '../controls';
import { EmptyState } from '../states';
import { useStore } from '../store';
import { t, tCount } from '../strings';
import { entryOf, mostColumns, type ChartsArrangement } from './arrangement';
import { ChartCard } from './ChartCard';
import { arrangeCharts, type ChartsView } from './controller';
import { elementOf, frameOf, headOf, stopOf } from './gridKeys';
import { neighbourOf, planGrid, type SectionPlan, type Stop } from './gridPlan';
import { SectionList } from './SectionList';
import { arrangedSections, type Section } from './sections';
import { useDragging } from './useDragging';
import { useLargeRoom } from './useLargeRoom';
import { useWidth } from './useWidth';

interface Props {
  readonly view: ChartsView;
  readonly keys: readonly string[];
  /** The primary metric, where the panel knows it. */
  readonly primary: string | undefined;
  readonly find: string;
  readonly isOneChart: boolean;
  /** A list of the runs is beside the grid. */
  readonly hasLegend: boolean;
}

/** Room that a chart takes at least, with its gap (ui.md 10). */
const columnWidth = 308;
const margin = 16;
/**
 * One stop of the Tab key; arrows go from chart to chart and to the headings of sections, Enter into a chart (ui.md 4). Of thousands only
 * those near what is in sight are in the page; the room of all others is kept free, so that the scrollbar says how much there is.
 */
export function ChartGrid({ view, keys, primary, find, isOneChart, hasLegend }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const width = useWidth(grid);
  useLargeRoom(grid);
  const charts = useStore(view.session.state, (state) => state.charts);
  const large = keys.includes(charts.large) ? charts.large : isOneChart ? keys[0] : undefined;
  const { pinned, hidden, order, sectionOrder, sizes, sections: byHand } = charts;
  // Typing goes on while thousands of charts are looked through.
  const sought = useDeferredValue(find);
  const sections = useMemo(() => {
    const wanted = sought.trim().toLowerCase();
    const found = keys.filter((key) => key !== large && (wanted === '' || key.toLowerCase().includes(wanted)));
    return isOneChart ? [] : arrangedSections(found, { pinned, hidden, order, sectionOrder }, primary);
  }, [keys, primary, sought, large, isOneChart, pinned, hidden, order, sectionOrder]);
  const columns = useMemo(
    () => columnsOf(charts.columns, sizes, width, sections),
    [charts.columns, sizes, width, sections],
  );
  const plans = useMemo(
    () => planGrid(sections, ({ id, open }) => entryOf(byHand, id) ?? open, sizes, { width, columns }),
    [sections, byHand, sizes, width, columns],
  );
  const { stop, headStop, setStop } = useStop(plans, large);
  useRefocus(view, sections, setStop);
  const { handlers, ...dragging } = useDragging(view, sections);
  const onFocus = useCallback((metric: string) => setStop({ kind: 'chart', metric }), [setStop]);
  const onFocusHead = useCallback((section: string) => setStop({ kind: 'head', section }), [setStop]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = event.altKey ? undefined : stopOf(event.target);
    const next = from && neighbourOf(plans, sizes, columns, large, from, event.key);
    if (next) {
      event.preventDefault();
      // Out of sight it is not in the page before it is where the Tab key stops.
      flushSync(() => setStop(next));
      elementOf(next)?.focus();
    }
  };
  const isNothing = large === undefined && sections.length === 0;
  return (
    <div ref={grid} className="lb-grid" onKeyDown={onKeyDown} {...handlers}>
      {large !== undefined && (
        <ChartCard
          key={large}
          view={view}
          onFocus={onFocus}
          metric={large}
          isStop={headStop === undefined && large === stop}
          siblings={[]}
          size={undefined}
          isPinned={pinned.includes(large)}
          isLarge
          hasLegend={!hasLegend}
          isAlone={isOneChart}
          onDrag={undefined}
        />
      )}
      {isNothing && <EmptyState title={sought.trim() === '' ? t('allChartsHidden') : t('noChartFound', sought)} />}
      {width > 0 && !isOneChart && (
        <SectionList {...{ view, plans, columns, pinned, stop, headStop, onFocus, onFocusHead }} {...dragging} />
      )}
      <HiddenCharts view={view} keys={keys} hidden={hidden} />
    </div>
  );
}

/** Where the Tab key stops: at what had the focus last, as long as it is there, else at the first chart, else at the first heading. */
function useStop(plans: readonly SectionPlan[], large: string | undefined) {
  const [current, setCurrent] = useState('');
  /** The section whose heading had the focus last, unless a chart had it since. */
  const [head, setHead] = useState<string>();
  const setStop = useCallback((stop: Stop): void => {
    setHead(stop.kind === 'head' ? stop.section : undefined);
    if (stop.kind === 'chart') {
      setCurrent(stop.metric);
    }
  }, []);
  const open = plans.filter(({ isOpen }) => isOpen);
  const first = large ?? open[0]?.section.keys[0];
  const isThere = current === large || open.some(({ section }) => section.keys.includes(current));
  const isHead = head !== undefined && plans.some(({ section }) => section.id === head);
  return {
    stop: isThere ? current : first,
    // Where everything is closed, the first heading is all that there is to stop at.
    headStop: isHead ? head : first === undefined ? plans[0]?.section.id : undefined,
    setStop,
  };
}

interface HiddenProps {
  readonly view: ChartsView;
  readonly keys: readonly string[];
  readonly hidden: readonly string[];
}

function HiddenCharts({ view, keys, hidden }: HiddenProps) {
  const count = useMemo(() => {
    const there = new Set(keys);
    return hidden.filter((key) => there.has(key)).length;
  }, [keys, hidden]);
  return count === 0 ? null : (
    <p className="lb-hidden-charts">
      <span className="lb-dim">{tCount('oneHiddenChart', 'manyHiddenCharts', count, formatCount(count))}</span>{' '}
      <LinkButton label={t('showHiddenCharts')} onAct={() => arrangeCharts(view.session, { hidden: [] })} />
    </p>
  );
}

/** As many as fit or were chosen, but not more than there are charts beside each other. */
function columnsOf(
  chosen: number,
  sizes: ChartsArrangement['sizes'],
  width: number,
  sections: readonly Section[],
): number {
  const fit = Math.max(1, Math.min(mostColumns, Math.floor((width - margin) / columnWidth)));
  if (chosen > 0) {
    return chosen;
  }
  const wide = ({ keys }: Section): number =>
    keys.reduce((sum, key) => (sum >= fit ? sum : sum + (entryOf(sizes, key)?.columns ?? 1)), 0);
  return Math.min(fit, Math.max(2, ...sections.map(wide)));
}

/** Gives the focus to the chart that was moved by key, once it is there; in a closed section to that section's heading. */
function useRefocus({ refocused }: ChartsView, sections: readonly Section[], setStop: (stop: Stop) => void): void {
  const sought = useRef<string>(undefined);
  useLayoutEffect(() => {
    const metric = refocused.get();
    if (metric === undefined) {
      return;
    }
    const section = sections.find(({ keys }) => keys.includes(metric))?.id;
    const element = frameOf(metric) ?? headOf(section ?? '');
    if (element === undefined && section !== undefined && sought.current !== metric) {
      // Out of sight it is not in the page before it is where the Tab key stops.
      sought.current = metric;
      setStop({ kind: 'head', section });
      return;
    }
    sought.current = undefined;
    refocused.set(undefined);
    element?.focus();
  });
}
