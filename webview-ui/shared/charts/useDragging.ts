import { useCallback, useEffect, useRef, useState, type DragEvent } from 'react';
import { moveChart } from './chartMenu';
import { arrangeCharts, type ChartsView } from './controller';
import { movedTo, pinnedSection, type Section } from './sections';

/** What is dragged, and from where. */
export type Dragged =
  | { readonly kind: 'chart'; readonly metric: string; readonly section: Section }
  | { readonly kind: 'section'; readonly id: string };

/** Charts are dragged within their section, sections among each other. What is dragged has to stay in the page. */
export function useDragging(view: ChartsView, sections: readonly Section[]) {
  const [dragged, setDragged] = useState<Dragged>();
  const marked = useRef<HTMLElement | undefined>(undefined);
  const latest = useRef(sections);
  useEffect(() => {
    latest.current = sections;
  });
  const onDragChart = useCallback((event: DragEvent, metric: string): void => {
    const section = latest.current.find(({ keys }) => keys.includes(metric));
    setDragged(section && { kind: 'chart', metric, section });
    start(event, metric);
  }, []);
  const onDragSection = useCallback((event: DragEvent, id: string): void => {
    setDragged({ kind: 'section', id });
    start(event, id);
  }, []);
  const clear = (): void => {
    delete marked.current?.dataset['drop'];
    marked.current = undefined;
  };
  const end = (): void => {
    clear();
    setDragged(undefined);
  };
  const handlers = {
    onDragOver: (event: DragEvent): void => {
      const target = dragged && targetOf(event, dragged);
      clear();
      if (target) {
        event.preventDefault();
        marked.current = mark(target);
      }
    },
    onDrop: (event: DragEvent): void => {
      const target = dragged && targetOf(event, dragged);
      end();
      if (dragged && target) {
        event.preventDefault();
        if (dragged.kind === 'chart') {
          const { keys, id } = dragged.section;
          moveChart(view, keys, id === pinnedSection, dragged.metric, target.name, target.isAfter);
        } else {
          const ids = sections.map(({ id }) => id).filter((id) => id !== pinnedSection);
          arrangeCharts(view.session, { sectionOrder: movedTo(ids, dragged.id, target.name, target.isAfter) });
        }
      }
    },
    onDragEnd: end,
  };
  return { dragged, handlers, onDragChart, onDragSection };
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
