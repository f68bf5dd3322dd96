import { runColours, runStyle, distinctRunStyles, type Palette as PaletteKind } from '../../src/core/runColour';
import type { PanelRun } from '../../src/protocol/panels';
import { Store } from './store';

/** The theme's colours as canvases need them: resolved. */
export interface Palette {
  readonly kind: PaletteKind;
  readonly foreground: string;
  readonly dim: string;
  readonly line: string;
  readonly grid: string;
  readonly background: string;
  readonly fontFamily: string;
  /** Colours of slots 0 to 11. */
  readonly runs: readonly string[];
}

/** How a run looks in this panel. */
export interface RunLook {
  readonly colour: string;
  readonly dash: readonly number[];
  /** How many bars cut the swatch. */
  readonly dashIndex: number;
}

/** The present palette; set anew whenever VS Code changes the theme. */
export function watchPalette(): Store<Palette> {
  const store = new Store(readPalette());
  const observer = new MutationObserver(() => {
    const next = readPalette();
    if (JSON.stringify(next) !== JSON.stringify(store.get())) {
      store.set(next);
    }
  });
  // VS Code puts the kind of theme into the body's class and the colours into the root's style.
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return store;
}

/** @param apart as in Compare: runs of several experiments that would look the same get different dashes */
export function looksOf(
  runs: readonly Pick<PanelRun, 'id' | 'slot' | 'colour'>[],
  palette: Palette,
  apart: boolean,
): Map<string, RunLook> {
  const slots = runs.map(({ slot }) => slot);
  const styles = apart ? distinctRunStyles(slots) : slots.map((slot) => runStyle(slot));
  return new Map(
    runs.map((run, index) => {
      const { colourId, dash, dashIndex } = styles[index] ?? runStyle(run.slot);
      const own = run.colour;
      const place = Number(colourId.replace(/\D/g, '')) - 1;
      const colour = own ?? palette.runs[place] ?? palette.foreground;
      return [run.id, own === undefined ? { colour, dash, dashIndex } : { colour, dash: [], dashIndex: 0 }];
    }),
  );
}

export const unknownLook: RunLook = { colour: 'currentColor', dash: [], dashIndex: 0 };

function readPalette(): Palette {
  const { classList } = document.body;
  const highContrast = classList.contains('vscode-high-contrast');
  const light = classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light');
  const kind: PaletteKind = light ? 'light' : highContrast ? 'hc' : 'dark';
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  try {
    const resolve = (colour: string): string => {
      probe.style.color = colour;
      return getComputedStyle(probe).color;
    };
    return {
      kind,
      foreground: resolve('var(--lb-foreground)'),
      dim: resolve('var(--lb-dim)'),
      line: resolve('var(--lb-line)'),
      grid: resolve('var(--lb-grid)'),
      background: resolve('var(--lb-background)'),
      fontFamily: getComputedStyle(document.body).fontFamily,
      runs: runColours[kind].map((fallback, index) => resolve(`var(--vscode-labbook-run${index + 1}, ${fallback})`)),
    };
  } finally {
    probe.remove();
  }
}
