import { memo, type DragEvent } from 'react';
import { useStore } from '../store';
import { entryOf } from './arrangement';
import { ChartCard } from './ChartCard';
import type { ChartsView } from './controller';
import { rowParts, type ChartRow, type SectionPlan } from './gridPlan';
import { SectionHead, titleOf } from './SectionHead';

export interface SectionProps {
  readonly view: ChartsView;
  readonly plan: SectionPlan;
  /** Of its rows those that are in sight or near, from the first to before the last. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  /** The chart that had the focus last, or would get it. */
  readonly stop: string | undefined;
  readonly draggedChart: string | undefined;
  /** The Tab key stops at a chart, not at a heading. */
  readonly hasStop: boolean;
  /** The Tab key stops at the heading. */
  readonly isHeadStop: boolean;
  readonly pinned: readonly string[];
  readonly onFocus: (metric: string) => void;
  readonly onFocusHead: (id: string) => void;
  readonly onDragChart: (event: DragEvent, metric: string) => void;
  readonly onDragSection: (event: DragEvent, id: string) => void;
}

/** Among thousands only those are made anew that changed. */
export const GridSection = memo(function GridSection(props: SectionProps) {
  const { view, plan, isHeadStop, onFocusHead, onDragSection } = props;
  const { section, isOpen } = plan;
  return (
    <section aria-label={titleOf(section)} data-section={section.id}>
      <SectionHead
        view={view}
        section={section}
        isOpen={isOpen}
        isStop={isHeadStop}
        onFocus={onFocusHead}
        onDrag={onDragSection}
      />
      {isOpen && <SectionCharts {...props} />}
    </section>
  );
});

/** The rows near what is in sight, and those that stay wherever they are; the room of the others is kept free. */
function SectionCharts(props: SectionProps) {
  const { view, plan, from, to, columns, stop, draggedChart, hasStop, pinned, onFocus, onDragChart } = props;
  const { section, rows } = plan;
  const sizes = useStore(view.session.state, ({ charts }) => charts.sizes);
  const kept = [stop, draggedChart].map((key) => (key === undefined ? -1 : section.keys.indexOf(key)));
  const isMade = (row: ChartRow, at: number): boolean =>
    (at >= from && at < to) || kept.some((place) => place >= row.from && place < row.to);
  const made = new Set(rows.flatMap((row, at) => (isMade(row, at) ? [at] : [])));
  return (
    <div className="lb-section-charts" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {rowParts(rows, made).flatMap((part, place) =>
        part.kind === 'room'
          ? [<i key={`room ${place}`} className="lb-room" style={{ height: part.height }} />]
          : section.keys.slice(part.from, part.to).map((key) => {
              const size = entryOf(sizes, key);
              const isTooWide = size !== undefined && size.columns > columns;
              return (
                <ChartCard
                  key={`chart ${key}`}
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
            }),
      )}
    </div>
  );
}
