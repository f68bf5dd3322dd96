import type { DragEvent } from 'react';
import { formatCount } from '../../../src/core/format';
import { Icon } from '../Icon';
import { t } from '../strings';
import { arrangeCharts, type ChartsView } from './controller';
import { pinnedSection, type Section } from './sections';

interface Props {
  readonly view: ChartsView;
  readonly section: Section;
  readonly isOpen: boolean;
  readonly isStop: boolean;
  readonly onFocus: (id: string) => void;
  readonly onDrag: (event: DragEvent, id: string) => void;
}

/** Opens and closes with Enter and Space, and as a tree does with arrows right and left. */
export function SectionHead({ view, section, isOpen, isStop, onFocus, onDrag }: Props) {
  const { session } = view;
  const toggle = (): void => {
    const { sections } = session.state.get().charts;
    arrangeCharts(session, { sections: { ...sections, [section.id]: !isOpen } });
  };
  return (
    <button
      type="button"
      className="lb-section"
      aria-expanded={isOpen}
      draggable={section.id !== pinnedSection}
      onDragStart={(event) => onDrag(event, section.id)}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => onFocus(section.id)}
      onKeyDown={(event) => {
        const hasModifier = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
        if (!hasModifier && event.key === (isOpen ? 'ArrowLeft' : 'ArrowRight')) {
          event.preventDefault();
          event.stopPropagation();
          toggle();
        }
      }}
      onClick={toggle}
    >
      <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
      <span className="lb-cut-text">{titleOf(section)}</span>
      <span className="lb-count">{formatCount(section.keys.length)}</span>
    </button>
  );
}

/** As people read it. */
export function titleOf({ id, title }: Section): string {
  return id === pinnedSection ? t('pinnedCharts') : title || t('metrics');
}
