/** The part of a metric's chart that has the focus. */
export function frameOf(metric: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-chart="${CSS.escape(metric)}"] .lb-chart-frame`) ?? undefined;
}

/** The heading of a section, which opens and closes it. */
export function headOf(section: string): HTMLElement | undefined {
  return document.querySelector<HTMLElement>(`[data-section="${CSS.escape(section)}"] > .lb-section`) ?? undefined;
}

/** The chart beside, or the nearest of the row above or below; undefined where there is none, or for another key. */
export function neighbour(grid: HTMLElement | null, from: HTMLElement, key: string): HTMLElement | undefined {
  if (!key.startsWith('Arrow')) {
    return undefined;
  }
  const frames = [...(grid?.querySelectorAll<HTMLElement>('.lb-chart-frame') ?? [])].map((frame) => ({
    frame,
    box: frame.getBoundingClientRect(),
  }));
  const at = frames.findIndex(({ frame }) => frame === from);
  const own = from.getBoundingClientRect();
  const row = (sign: number): HTMLElement | undefined => {
    const beyond = frames.filter(({ box }) => sign * (box.top - own.top) > 4);
    const distance = Math.min(...beyond.map(({ box }) => sign * box.top));
    const offLeft = ({ left }: DOMRect): number => Math.abs(left - own.left);
    return beyond
      .filter(({ box }) => Math.abs(sign * box.top - distance) < 4)
      .sort((a, b) => offLeft(a.box) - offLeft(b.box))[0]?.frame;
  };
  switch (key) {
    case 'ArrowLeft':
      return frames[at - 1]?.frame;
    case 'ArrowRight':
      return frames[at + 1]?.frame;
    case 'ArrowUp':
      return row(-1);
    case 'ArrowDown':
      return row(1);
    default:
      return undefined;
  }
}
