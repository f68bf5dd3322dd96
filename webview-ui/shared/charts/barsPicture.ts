/** The bars of a picture to keep: names on the left, values at the bars' ends, as the page has them. */
import { unknownLook, type Palette, type RunLook } from '../palette';
import type { Bar } from './barRows';
import { traceBox, type Area, type Surface } from './surface';

/** CSS pixels. */
export const barRowHeight = 22;
const barHeight = 12;
const gap = 8;
/** Of the width at most for names, of what is beside them at most for bars. */
const shareOf = { names: 0.45, bars: 0.72 };

export interface BarsLook {
  readonly palette: Palette;
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly nameOf: (id: string) => string;
  readonly format: (value: number) => string;
}

/** @param area of the width of the picture without its margins; a row of `barRowHeight` for each bar */
export function drawBars(surface: Surface, bars: readonly Bar[], area: Area, look: BarsLook): void {
  const { palette, looks, nameOf, format } = look;
  const plain = `11px ${palette.fontFamily}`;
  // The widest there is: each text has room in either weight.
  surface.font = `600 ${plain}`;
  const widest = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, surface.measureText(text).width), 0);
  const textOf = ({ value, note }: Bar): string => format(value) + (note === undefined ? '' : ` ${note}`);
  const most = (area.right - area.left) * shareOf.names;
  const names = bars.map(({ runId }) => fitted(surface, nameOf(runId), most));
  const from = area.left + widest(names) + gap;
  const beside = area.right - from;
  const room = Math.max(0, Math.min(beside * shareOf.bars, beside - widest(bars.map(textOf)) - gap));
  for (const [index, bar] of bars.entries()) {
    const y = area.top + (index + 0.5) * barRowHeight;
    const left = from + bar.start * room;
    const right = left + Math.max(1, bar.size * room);
    surface.beginPath();
    traceBox(surface, { left, right, top: y - barHeight / 2, bottom: y + barHeight / 2 });
    surface.fillStyle = (looks.get(bar.runId) ?? unknownLook).colour;
    surface.fill();
    surface.font = plain;
    surface.fillStyle = palette.foreground;
    surface.textAlign = 'right';
    surface.fillText(names[index] ?? '', from - gap, y);
    surface.textAlign = 'left';
    surface.font = bar.isBest ? `600 ${plain}` : plain;
    surface.fillText(textOf(bar), right + 6, y);
  }
}

/** The text, or as much of its beginning as there is room for. */
function fitted(surface: Surface, text: string, room: number): string {
  if (surface.measureText(text).width <= room) {
    return text;
  }
  const letters = [...text];
  let [fits, over] = [0, letters.length];
  while (over - fits > 1) {
    const middle = (fits + over) >>> 1;
    const isRoom = surface.measureText(`${letters.slice(0, middle).join('')}…`).width <= room;
    [fits, over] = isRoom ? [middle, over] : [fits, middle];
  }
  return `${letters.slice(0, fits).join('')}…`;
}
