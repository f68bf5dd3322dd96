import type { Stop } from './gridPlan';

/** The part of a metric's chart that has the focus. */
export function frameOf(metric: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-chart="${CSS.escape(metric)}"] .lb-chart-frame`) ?? undefined;
}

/** The heading of a section, which opens and closes it. */
export function headOf(section: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-section="${CSS.escape(section)}"] > .lb-section`) ?? undefined;
}

/** What of the grid an element is that can have the focus: a chart or the heading of a section; undefined for all else. */
export function stopOf(element: EventTarget): Stop | undefined {
  if (!(element instanceof HTMLElement) || !element.matches('.lb-chart-frame, .lb-section')) {
    return undefined;
  }
  const metric = element.closest<HTMLElement>('[data-chart]')?.dataset['chart'];
  const section = element.closest<HTMLElement>('[data-section]')?.dataset['section'];
  if (metric !== undefined) {
    return { kind: 'chart', metric };
  }
  return section === undefined ? undefined : { kind: 'head', section };
}

export function elementOf(stop: Stop): HTMLElement | undefined {
  return stop.kind === 'chart' ? frameOf(stop.metric) : headOf(stop.section);
}
