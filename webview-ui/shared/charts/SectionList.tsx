import { useRef } from 'react';
import { GridSection, type SectionProps } from './GridSection';
import { partsIn, type SectionPlan } from './gridPlan';
import type { Range } from './range';
import type { Section } from './sections';
import type { Dragged } from './useDragging';
import { useSight } from './useSight';

interface Props extends Omit<SectionProps, 'plan' | 'from' | 'to' | 'isHeadStop' | 'hasStop' | 'draggedChart'> {
  readonly plans: readonly SectionPlan[];
  /** The section whose heading the Tab key stops at, instead of at a chart. */
  readonly headStop: string | undefined;
  readonly dragged: Dragged | undefined;
}

/** Before it is known what is in sight. */
const nothing: Range = { min: 0, max: 0 };

/** The sections near what is in sight, and those that stay wherever they are; the room of the others is kept free. */
export function SectionList({ plans, headStop, dragged, ...props }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const sight = useSight(list) ?? nothing;
  const { stop } = props;
  const draggedChart = dragged?.kind === 'chart' ? dragged.metric : undefined;
  const isKept = ({ id, keys }: Section): boolean =>
    id === headStop ||
    (dragged?.kind === 'section' && dragged.id === id) ||
    [stop, draggedChart].some((key) => key !== undefined && keys.includes(key));
  return (
    <div ref={list}>
      {partsIn(plans, sight, isKept).map((part) =>
        part.kind === 'room' ? (
          <div key={`before ${part.before}`} style={{ height: part.height }} />
        ) : (
          <GridSection
            key={`section ${part.plan.section.id}`}
            {...props}
            plan={part.plan}
            from={part.rows.min}
            to={part.rows.max}
            draggedChart={draggedChart}
            isHeadStop={part.plan.section.id === headStop}
            hasStop={headStop === undefined}
          />
        ),
      )}
    </div>
  );
}
