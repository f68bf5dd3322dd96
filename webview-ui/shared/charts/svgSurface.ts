import type { Area, Surface } from './surface';

/** Draws as a canvas does, but into the text of an SVG picture. */
export class SvgSurface implements Surface {
  fillStyle: string = '#000';
  strokeStyle: string = '#000';
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'miter';
  lineDashOffset = 0;
  globalAlpha = 1;
  font = '11px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  readonly #parts: string[] = [];
  readonly #saved: Partial<SvgSurface>[] = [];
  #path = '';
  #dash: readonly number[] = [];
  #clips = 0;

  /** @param measure the width of a text in CSS pixels in a font */
  constructor(
    private readonly size: { width: number; height: number },
    private readonly measure: (text: string, font: string) => number,
  ) {}

  /** The whole file. */
  toString(): string {
    const { width, height } = this.size;
    const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${box}>\n${this.#parts.join('\n')}\n</svg>\n`;
  }

  /** What is drawn meanwhile is seen only within the area. */
  clipTo({ left, right, top, bottom }: Area, draw: () => void): void {
    const id = `clip${++this.#clips}`;
    const rect = `<rect x="${num(left)}" y="${num(top)}" width="${num(right - left)}" height="${num(bottom - top)}"/>`;
    this.#parts.push(`<clipPath id="${id}">${rect}</clipPath>`, `<g clip-path="url(#${id})">`);
    draw();
    this.#parts.push('</g>');
  }

  /** Puts a title on the picture, for those who cannot see it. */
  describe(text: string): void {
    this.#parts.push(`<title>${escape(text)}</title>`);
  }

  beginPath(): void {
    this.#path = '';
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${num(x)} ${num(y)}`;
  }

  lineTo(x: number, y: number): void {
    // A path of a canvas may begin with a line.
    this.#path += `${this.#path === '' ? 'M' : 'L'}${num(x)} ${num(y)}`;
  }

  closePath(): void {
    this.#path += 'Z';
  }

  /** Whole circles only: nothing else is drawn. */
  arc(x: number, y: number, radius: number): void {
    const r = num(radius);
    this.#path += `M${num(x - radius)} ${num(y)}a${r} ${r} 0 1 0 ${num(2 * radius)} 0a${r} ${r} 0 1 0 ${num(-2 * radius)} 0Z`;
  }

  stroke(): void {
    const dash =
      this.#dash.length > 0
        ? ` stroke-dasharray="${this.#dash.join(' ')}" stroke-dashoffset="${num(this.lineDashOffset)}"`
        : '';
    const style = `fill="none" ${paint('stroke', this.strokeStyle)} stroke-width="${num(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"`;
    this.#parts.push(`<path d="${this.#path}" ${style}${dash}${this.#opacity()}/>`);
  }

  fill(): void {
    this.#parts.push(`<path d="${this.#path}" ${paint('fill', this.fillStyle)}${this.#opacity()}/>`);
  }

  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, paint('fill', this.fillStyle));
  }

  strokeText(text: string, x: number, y: number): void {
    const style = `fill="none" ${paint('stroke', this.strokeStyle)} stroke-width="${num(this.lineWidth)}" stroke-linejoin="round"`;
    this.#text(text, x, y, style);
  }

  setLineDash(lengths: number[]): void {
    this.#dash = lengths;
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.font) };
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline } = this;
    this.#saved.push({ fillStyle, strokeStyle, lineWidth, lineJoin, globalAlpha, font, textAlign, textBaseline });
  }

  restore(): void {
    Object.assign(this, this.#saved.pop() ?? {});
  }

  #text(text: string, x: number, y: number, style: string): void {
    const [, weight = '', size = '11', family = 'sans-serif'] = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const anchor = this.textAlign === 'right' ? 'end' : this.textAlign === 'center' ? 'middle' : 'start';
    const baseline = this.textBaseline === 'middle' ? ' dominant-baseline="central"' : '';
    const bold = weight === '' ? '' : ` font-weight="${weight}"`;
    const font = `font-family="${escape(family)}" font-size="${size}"${bold} text-anchor="${anchor}"${baseline}`;
    this.#parts.push(`<text x="${num(x)}" y="${num(y)}" ${font} ${style}${this.#opacity()}>${escape(text)}</text>`);
  }

  #opacity(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${num(this.globalAlpha)}"`;
  }
}

/** Colours as all programs read them: browsers write mixed ones as `color(srgb …)`. */
export function paint(name: 'fill' | 'stroke', colour: string): string {
  const mixed = /^color\(srgb ([\d.e+-]+) ([\d.e+-]+) ([\d.e+-]+)(?: \/ ([\d.e+-]+))?\)$/.exec(colour);
  const plain = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(colour);
  const parts = mixed?.slice(1, 4).map((part) => Math.round(Number(part) * 255)) ?? plain?.slice(1, 4);
  const opacity = (mixed ?? plain)?.[4];
  const value = parts ? `rgb(${parts.join(', ')})` : escape(colour);
  return `${name}="${value}"${opacity === undefined ? '' : ` ${name}-opacity="${num(Number(opacity))}"`}`;
}

function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Also drops what XML 1.0 cannot hold, as names of runs may. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
