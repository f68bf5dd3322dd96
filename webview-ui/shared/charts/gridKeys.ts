/** The part of a metric's chart that has the focus. */
export function frameOf(metric: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-chart="${CSS.escape(metric)}"] .lb-chart-frame`) ?? undefined;
}

/** The heading of a section, which opens and closes it. */
export function headOf(section: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-section="${CSS.escape(section)}"] > .lb-section`) ?? undefined;
}

/** What of the grid can have the focus: charts and the headings of sections. */
export const stops = '.lb-chart-frame, .lb-section';

/**
 * From a chart the one beside, or the nearest of what is above or below, charts and headings; from a heading what is before or behind
 * it. Undefined where there is none, or for another key.
 */
export function neighbour(grid: HTMLElement | null, from: HTMLElement, key: string): HTMLElement | undefined {
  if (!key.startsWith('Arrow')) {
    return undefined;
  }
  const all = [...(grid?.querySelectorAll<HTMLElement>(stops) ?? [])];
  const isChart = (element: HTMLElement): boolean => element.classList.contains('lb-chart-frame');
  const beside = isChart(from) ? all.filter(isChart) : all;
  const at = beside.indexOf(from);
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    return beside[at + (key === 'ArrowLeft' ? -1 : 1)];
  }
  const boxes = all.map((element) => ({ element, box: element.getBoundingClientRect() }));
  const own = from.getBoundingClientRect();
  const row = (sign: number): HTMLElement | undefined => {
    const beyond = boxes.filter(({ box }) => sign * (box.top - own.top) > 4);
    const distance = Math.min(...beyond.map(({ box }) => sign * box.top));
    const offLeft = ({ left }: DOMRect): number => Math.abs(left - own.left);
    return beyond
      .filter(({ box }) => Math.abs(sign * box.top - distance) < 4)
      .sort((a, b) => offLeft(a.box) - offLeft(b.box))[0]?.element;
  };
  return key === 'ArrowUp' ? row(-1) : key === 'ArrowDown' ? row(1) : undefined;
}
