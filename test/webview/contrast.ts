import type { Panel } from './panelPage';

/** A text that can be read only with effort: what it says, how it looks, and its contrast to what is behind it. */
export interface Weak {
  readonly text: string;
  readonly place: string;
  readonly contrast: number;
}

/**
 * The texts in sight, and the marks that stand in place of a text, whose colour is too near to what is behind them: 4.5 to 1 for texts,
 * 3 to 1 for marks (ui.md 10; WCAG 2.2, 1.4.3 and 1.4.11, whose formula this is). What is drawn in canvases is not looked at.
 */
export function weakTexts(panel: Panel): Promise<Weak[]> {
  return panel.page.evaluate(() => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const parse = (text: string): Colour => {
      const numbers = (text.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
      const [a = 0, b = 0, c = 0, alpha = 1] = numbers;
      return text.startsWith('color(') ? [a * 255, b * 255, c * 255, alpha] : [a, b, c, alpha];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (place: 0 | 1 | 2): number => top[place] * top[3] + below[place] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const light = ([red, green, blue]: Colour): number => {
      const linear = (value: number): number =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05;
    };
    /** All that is painted behind an element's content, the nearest first. */
    const layers = (element: Element): Colour[] => {
      const found: Colour[] = [];
      for (let each: Element | null = element; each; each = each.parentElement) {
        const { backgroundColor, backgroundImage } = getComputedStyle(each);
        const [gradient] = /(?:rgba?|color)\([^)]*\)/.exec(backgroundImage) ?? [];
        if (gradient !== undefined) {
          found.push(parse(gradient));
        }
        found.push(parse(backgroundColor));
        if ((found.at(-1)?.[3] ?? 0) === 1) {
          break;
        }
      }
      return found;
    };
    const contrast = (element: Element, colour: string): number => {
      let opacity = 1;
      for (let each: Element | null = element; each; each = each.parentElement) {
        opacity *= Number(getComputedStyle(each).opacity);
      }
      const behind = layers(element).reduceRight<Colour>((below, layer) => over(layer, below), [0, 0, 0, 1]);
      const [red, green, blue, alpha] = parse(colour);
      const [low = 0, high = 0] = [light(over([red, green, blue, alpha * opacity], behind)), light(behind)].sort(
        (a, b) => a - b,
      );
      return high / low;
    };
    /** In the window, and not under something else. */
    const isSeen = (element: Element, { left, right, top, bottom }: DOMRect): boolean => {
      if (
        right - left < 2 ||
        bottom - top < 2 ||
        !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      ) {
        return false;
      }
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    };
    const placeOf = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}`;
    const weak: Weak[] = [];
    const look = (element: Element, box: DOMRect, colour: string, text: string, least: number): void => {
      if (isSeen(element, box)) {
        const found = contrast(element, colour);
        if (found < least) {
          const place = `${placeOf(element.parentElement ?? element)} ${placeOf(element)}`;
          weak.push({ text, place, contrast: Math.round(found * 100) / 100 });
        }
      }
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const element = node.parentElement;
      if (text !== '' && element && !['SCRIPT', 'STYLE', 'OPTION', 'text'].includes(element.tagName)) {
        const range = document.createRange();
        range.selectNodeContents(node);
        look(element, range.getBoundingClientRect(), getComputedStyle(element).color, text, 4.5);
      }
    }
    for (const input of document.querySelectorAll('input[placeholder]')) {
      if (input instanceof HTMLInputElement && input.value === '') {
        const { color } = getComputedStyle(input, '::placeholder');
        look(input, input.getBoundingClientRect(), color, input.placeholder, 4.5);
      }
    }
    for (const mark of document.querySelectorAll('.lb-icon, .lb-swatch')) {
      const what = mark.getAttribute('aria-label') ?? 'icon';
      look(mark, mark.getBoundingClientRect(), getComputedStyle(mark).color, what, 3);
    }
    // Each kind of place once.
    return [...new Map(weak.map((each) => [`${each.place} ${each.contrast}`, each])).values()];
  });
}
