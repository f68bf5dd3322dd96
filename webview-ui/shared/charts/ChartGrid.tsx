import {
  memo,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type DragEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { formatCount } from '../../../src/core/format';
import { LinkButton } from '../controls';
import { EmptyState } from '../states';
import { useStore } from '../store';
import { t, tCount } from '../strings';
import { mostColumns, type ChartsArrangement } from './arrangement';
import { ChartCard } from './ChartCard';
import { moveChart } from './chartMenu';
import { arrangeCharts, type ChartsView } from './controller';
import { frameOf, headOf, neighbour, stops } from './gridKeys';
import { Lazy } from './Lazy';
import { watchNear } from './near';
import { arrangedSections, movedTo, pinnedSection, type Section } from './sections';
import { SectionHead, titleOf } from './SectionHead';
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
/** Charts of a section that are made at once; more follow when the page is scrolled there. */
const chunk = 60;
/** So many CSS pixels before their place comes into sight. */
const moreMargin = 800;
/** Sections whose charts are made before it is known which are in sight. */
const firstSections = 3;

/** Where a chart or a section is dragged from. */
type Dragged =
  | { readonly kind: 'chart'; readonly metric: string; readonly section: Section }
  | { readonly kind: 'section'; readonly id: string };

/** One stop of the Tab key; arrows go from chart to chart and to the headings of sections, Enter into a chart (ui.md 4). */
export function ChartGrid({ view, keys, primary, find, isOneChart, hasLegend }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const width = useWidth(grid);
  const [current, setCurrent] = useState('');
  /** The section whose heading had the focus last, unless a chart had it since. */
  const [head, setHead] = useState<string>();
  const charts = useStore(view.session.state, (state) => state.charts);
  const large = keys.includes(charts.large) ? charts.large : isOneChart ? keys[0] : undefined;
  const { pinned, hidden, order, sectionOrder } = charts;
  // Typing goes on while thousands of charts are looked through.
  const sought = useDeferredValue(find);
  const sections = useMemo(() => {
    const wanted = sought.trim().toLowerCase();
    const found = keys.filter((key) => key !== large && (wanted === '' || key.toLowerCase().includes(wanted)));
    return isOneChart ? [] : arrangedSections(found, { pinned, hidden, order, sectionOrder }, primary);
  }, [keys, primary, sought, large, isOneChart, pinned, hidden, order, sectionOrder]);
  const isOpen = ({ id, open }: Section): boolean => charts.sections[id] ?? open;
  const shown = [
    ...(large === undefined ? [] : [large]),
    ...sections.filter(isOpen).flatMap((section) => section.keys),
  ];
  // Where everything is closed, the first heading is all that there is to stop at.
  const headStop = sections.find(({ id }) => id === head) ?? (shown.length === 0 ? sections[0] : undefined);
  const stop = shown.includes(current) ? current : shown[0];
  const onFocus = useCallback((metric: string): void => {
    setCurrent(metric);
    setHead(undefined);
  }, []);
  useRefocus(view, sections);
  const columns = columnsOf(charts, width, sections);
  const dragging = useDragging(view, sections);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.matches(stops)) {
      const next = neighbour(grid.current, event.target, event.key);
      if (next && !event.altKey) {
        event.preventDefault();
        next.focus();
      }
    }
  };
  const isNothing = large === undefined && sections.length === 0;
  return (
    <div ref={grid} className="lb-grid" onKeyDown={onKeyDown} {...dragging.handlers}>
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
      {sections.map((section, place) => (
        <GridSection
          key={section.id}
          {...{ view, section, columns, width, pinned }}
          isFirst={place < firstSections}
          isOpen={isOpen(section)}
          stop={stop !== undefined && section.keys.includes(stop) ? stop : undefined}
          isHeadStop={section === headStop}
          hasStop={headStop === undefined}
          onFocus={onFocus}
          onFocusHead={setHead}
          onDragChart={dragging.onDragChart}
          onDragSection={dragging.onDragSection}
        />
      ))}
      <HiddenCharts view={view} keys={keys} hidden={hidden} />
    </div>
  );
}

interface SectionProps {
  readonly view: ChartsView;
  readonly section: Section;
  readonly columns: number;
  /** The chart that had the focus last, or would get it, where it is in the section. */
  readonly stop: string | undefined;
  /** The Tab key stops at a chart, not at a heading. */
  readonly hasStop: boolean;
  readonly pinned: readonly string[];
  readonly onFocus: (metric: string) => void;
  readonly onDragChart: (event: DragEvent, metric: string) => void;
}

interface GridSectionProps extends SectionProps {
  /** Of the grid. */
  readonly width: number;
  readonly isFirst: boolean;
  readonly isOpen: boolean;
  /** The Tab key stops at the heading. */
  readonly isHeadStop: boolean;
  readonly onFocusHead: (id: string) => void;
  readonly onDragSection: (event: DragEvent, id: string) => void;
}

/** Among thousands only those are made anew that changed. */
const GridSection = memo(function GridSection(props: GridSectionProps) {
  const { view, section, width, columns, stop, isFirst, isOpen } = props;
  return (
    <section aria-label={titleOf(section)} data-section={section.id}>
      <SectionHead
        view={view}
        section={section}
        isOpen={isOpen}
        isStop={props.isHeadStop}
        onFocus={props.onFocusHead}
        onDrag={props.onDragSection}
      />
      {isOpen && (
        <Lazy isFirst={isFirst} isKept={stop !== undefined} room={{ width, columns, count: section.keys.length }}>
          <SectionCharts {...props} />
        </Lazy>
      )}
    </section>
  );
});

function SectionCharts({ view, section, columns, stop, hasStop, pinned, onFocus, onDragChart }: SectionProps) {
  const [made, setCount] = useState(chunk);
  // The chart with the focus is among them, also when the section comes back into sight, or the chart comes from another one.
  const count = Math.max(made, section.keys.indexOf(stop ?? '') + 1);
  const sizes = useStore(view.session.state, ({ charts }) => charts.sizes);
  const end = useRef<HTMLDivElement>(null);
  const hasMore = section.keys.length > count;
  useMore(end, hasMore, () => setCount(count + chunk));
  return (
    <div className="lb-section-charts" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {section.keys.slice(0, count).map((key) => {
        const size = sizes[key];
        const isTooWide = size !== undefined && size.columns > columns;
        return (
          <ChartCard
            key={key}
            view={view}
            metric={key}
            isStop={hasStop && key === stop}
            onFocus={onFocus}
            siblings={section.keys}
            size={isTooWide ? { ...size, columns } : size}
            isPinned={pinned.includes(key)}
            isLarge={false}
            hasLegend={false}
            isAlone={false}
            onDrag={onDragChart}
          />
        );
      })}
      {hasMore && <div ref={end} className="lb-more-charts" aria-hidden="true" />}
    </div>
  );
}

/** Asks for more when the end comes near. */
function useMore(end: RefObject<HTMLDivElement | null>, hasMore: boolean, more: () => void): void {
  useEffect(() => {
    if (!end.current || !hasMore) {
      return undefined;
    }
    return watchNear(end.current, moreMargin, ({ isIntersecting }) => isIntersecting && more());
  });
}

function HiddenCharts({
  view,
  keys,
  hidden,
}: {
  view: ChartsView;
  keys: readonly string[];
  hidden: readonly string[];
}) {
  const count = hidden.filter((key) => keys.includes(key)).length;
  return count === 0 ? null : (
    <p className="lb-hidden-charts">
      <span className="lb-dim">{tCount('oneHiddenChart', 'manyHiddenCharts', count, formatCount(count))}</span>{' '}
      <LinkButton label={t('showHiddenCharts')} onAct={() => arrangeCharts(view.session, { hidden: [] })} />
    </p>
  );
}

/** As many as fit or were chosen, but not more than there are charts beside each other. */
function columnsOf({ columns, sizes }: ChartsArrangement, width: number, sections: readonly Section[]): number {
  const fit = Math.max(1, Math.min(mostColumns, Math.floor((width - margin) / columnWidth)));
  if (columns > 0) {
    return columns;
  }
  const most = Math.max(
    2,
    ...sections.map(({ keys }) => keys.reduce((sum, key) => sum + (sizes[key]?.columns ?? 1), 0)),
  );
  return Math.min(fit, most);
}

/** Gives the focus to the chart that was moved by key, once it is there; in a closed section to that section's heading. */
function useRefocus({ refocused }: ChartsView, sections: readonly Section[]): void {
  useLayoutEffect(() => {
    const metric = refocused.get();
    if (metric !== undefined) {
      refocused.set(undefined);
      const section = sections.find(({ keys }) => keys.includes(metric));
      (frameOf(metric) ?? headOf(section?.id ?? ''))?.focus();
    }
  });
}

/** Charts are dragged within their section, sections among each other. */
function useDragging(view: ChartsView, sections: readonly Section[]) {
  const dragged = useRef<Dragged | undefined>(undefined);
  const marked = useRef<HTMLElement | undefined>(undefined);
  const latest = useRef(sections);
  useEffect(() => {
    latest.current = sections;
  });
  const onDragChart = useCallback((event: DragEvent, metric: string): void => {
    const section = latest.current.find(({ keys }) => keys.includes(metric));
    dragged.current = section && { kind: 'chart', metric, section };
    start(event, metric);
  }, []);
  const onDragSection = useCallback((event: DragEvent, id: string): void => {
    dragged.current = { kind: 'section', id };
    start(event, id);
  }, []);
  const clear = (): void => {
    delete marked.current?.dataset['drop'];
    marked.current = undefined;
  };
  const handlers = {
    onDragOver: (event: DragEvent): void => {
      const target = dragged.current && targetOf(event, dragged.current);
      clear();
      if (target) {
        event.preventDefault();
        marked.current = mark(target);
      }
    },
    onDrop: (event: DragEvent): void => {
      const from = dragged.current;
      const target = from && targetOf(event, from);
      clear();
      dragged.current = undefined;
      if (from && target) {
        event.preventDefault();
        if (from.kind === 'chart') {
          const { keys, id } = from.section;
          moveChart(view, keys, id === pinnedSection, from.metric, target.name, target.isAfter);
        } else {
          const ids = sections.map(({ id }) => id).filter((id) => id !== pinnedSection);
          arrangeCharts(view.session, { sectionOrder: movedTo(ids, from.id, target.name, target.isAfter) });
        }
      }
    },
    onDragEnd: clear,
  };
  return { handlers, onDragChart, onDragSection };
}

/** Shows where what is dragged would go. */
function mark({ element, isAfter }: { element: HTMLElement; isAfter: boolean }): HTMLElement {
  element.dataset['drop'] = isAfter ? 'after' : 'before';
  return element;
}

function start(event: DragEvent, text: string): void {
  event.stopPropagation();
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', text);
}

function targetOf(
  event: DragEvent,
  from: Dragged,
): { element: HTMLElement; name: string; isAfter: boolean } | undefined {
  const origin = event.target instanceof Element ? event.target : undefined;
  const element = origin?.closest<HTMLElement>(from.kind === 'chart' ? '[data-chart]' : '[data-section]');
  const name = element?.dataset[from.kind];
  if (!element || name === undefined || name === pinnedSection) {
    return undefined;
  }
  if (from.kind === 'chart') {
    const box = element.getBoundingClientRect();
    const isThere = from.section.keys.includes(name) && name !== from.metric;
    return isThere ? { element, name, isAfter: event.clientX > box.left + box.width / 2 } : undefined;
  }
  const box = element.getBoundingClientRect();
  return name === from.id ? undefined : { element, name, isAfter: event.clientY > box.top + box.height / 2 };
}
