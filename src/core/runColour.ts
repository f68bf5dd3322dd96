/**
 * A run has one colour everywhere: its slot, the place in its experiment's order of creation, gives one of twelve colours and,
 * beyond twelve runs, one of four dash patterns.
 */

export type Palette = 'dark' | 'light' | 'hc';

/**
 * The defaults of the contributed colours `labbook.run1` to `labbook.run12` (`hc` = dark high contrast; light high contrast
 * uses `light`). Measured in `test/unit/core/runColour.test.ts`: contrast to the editor at least 3.6, 3.05 and 6, OKLab distance
 * (x 100) of the nearest pair at least 10, and at least 6 with each kind of colour blindness.
 */
export const runColours: Readonly<Record<Palette, readonly string[]>> = {
  dark: palette('5694fc f8a116 44c49a cb60a7 fed42f 7a5ced 85c9fe fa5f07 8cf396 996b58 b996d2 8c985e'),
  light: palette('4761e3 f26903 2b6f74 d456a5 92974b 4118ae 059ce3 c81812 058f5c 702807 a44db4 5e630f'),
  hc: palette('6a9ddf fcb305 58d7b8 ee65b4 fee546 966ffe b7e2ff eb5d15 65ffb1 af7f6c cab0ff aeae6f'),
};

export const runColourCount = 12;

/** Lengths of dashes and gaps in CSS pixels; the first is a solid line. */
export const runDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2.5], [7, 2, 2, 2]];

export interface RunStyle {
  /** Id of the contributed colour, for `ThemeColor`: `labbook.run1`. */
  readonly colourId: string;
  /** Name of the CSS variable in a webview: `--vscode-labbook-run1`. */
  readonly cssVariable: string;
  /** Index into `runDashes`; also how many bars cut the run's swatch. */
  readonly dashIndex: number;
  readonly dash: readonly number[];
}

/** @param slot place in the experiment's order of creation, from 0; anything else counts as 0 */
export function runStyle(slot: number): RunStyle {
  const place = Number.isSafeInteger(slot) && slot >= 0 ? slot : 0;
  return style(place % runColourCount, Math.floor(place / runColourCount) % runDashes.length);
}

/**
 * The styles of runs that are shown together and may come from several experiments: of two that look the same the later one
 * takes the next dash that is free. Beyond four alike there is none, they keep their own.
 */
export function distinctRunStyles(slots: readonly number[]): RunStyle[] {
  const taken = new Set<string>();
  return slots.map((slot) => {
    const own = runStyle(slot);
    const colour = runColourIds.indexOf(own.colourId);
    const free = runDashes
      .map((_, shift) => style(colour, (own.dashIndex + shift) % runDashes.length))
      .find((candidate) => !taken.has(lookOf(candidate)));
    const chosen = free ?? own;
    taken.add(lookOf(chosen));
    return chosen;
  });
}

/** All ids of contributed run colours, in order. */
export const runColourIds: readonly string[] = Array.from({ length: runColourCount }, (_, i) => `labbook.run${i + 1}`);

/**
 * The value of the tag `mlflow.runColor`, in the forms that MLflow's UI writes (`#rgb`, `#rrggbb`); undefined for anything else,
 * as it ends up in style sheets.
 */
export function ownRunColour(tag: string | undefined): string | undefined {
  return tag !== undefined && /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(tag) ? tag.toLowerCase() : undefined;
}

function style(colour: number, dashIndex: number): RunStyle {
  return {
    colourId: `labbook.run${colour + 1}`,
    cssVariable: `--vscode-labbook-run${colour + 1}`,
    dashIndex,
    dash: runDashes[dashIndex] ?? [],
  };
}

function lookOf({ colourId, dashIndex }: RunStyle): string {
  return `${colourId} ${dashIndex}`;
}

function palette(colours: string): string[] {
  return colours.split(' ').map((colour) => `#${colour}`);
}
