import assert from 'node:assert/strict';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
} from '../fakes/fakeHost/scenario';
import { exampleRun, exampleRuns } from './examples';
import { PanelBrowser, type Panel } from './panelPage';

/** Heights of ui.md 1, CSS pixels, by what has them in whichever panel. */
const heights: Readonly<Record<string, number>> = {
  '.lb-table-body .lb-row, .lb-table tbody tr, .lb-side-by-side tbody tr:not(.lb-group), .lb-data-table tbody tr': 22,
  '.lb-legend li button, .lb-tooltip-row, .lb-bar-row, .lb-tree-row, .lb-pairs > div, .lb-check': 22,
  '.lb-heads, .lb-table thead tr, .lb-side-by-side thead tr, .lb-data-table thead tr, .lb-group th': 24,
  '.lb-legend-sort, .lb-grid .lb-section, .lb-overview h2': 24,
  '.lb-button, .lb-find, .lb-select, .lb-drop, .lb-chip, .lb-smoothing, .lb-expression input, .lb-menu button': 24,
  '.lb-icon-button, .lb-toggle': 22,
  '.lb-toolbar, .lb-preview-head': 36,
  '.lb-tab-strip': 32,
};
/** Distances of ui.md 1, CSS pixels. */
const distances = [0, 2, 4, 6, 8, 12, 16, 24];

/** What has another size, or another distance around or between what is in it, each once. */
function offSizes(panel: Panel): Promise<string[]> {
  return panel.page.evaluate(
    ({ heights, distances }) => {
      const nameOf = (element: Element) => `${element.tagName.toLowerCase()}.${element.className}`;
      const found = new Set<string>();
      for (const [selector, wanted] of Object.entries(heights)) {
        for (const element of document.querySelectorAll(selector)) {
          const { height } = element.getBoundingClientRect();
          if (height > 0 && Math.abs(height - wanted) > 0.5) {
            found.add(`${nameOf(element)} is ${height} high, not ${wanted}`);
          }
        }
      }
      const sides = ['padding-top', 'padding-right', 'padding-bottom', 'padding-left', 'row-gap', 'column-gap'];
      // A select's arrow, SVG, and what a document's own styles give table cells and lists are no distances of ours.
      for (const element of document.querySelectorAll('#root :not(select, option, svg, svg *)')) {
        const style = getComputedStyle(element);
        for (const side of sides) {
          const value = Number.parseFloat(style.getPropertyValue(side));
          if (Number.isFinite(value) && !distances.includes(value)) {
            found.add(`${nameOf(element)} has ${side} ${value}`);
          }
        }
      }
      return [...found];
    },
    { heights, distances },
  );
}

describe('Sizes and distances', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const line = curve(20, (step) => step);
  const one = { steps: [0], values: [0.5] };
  const many = Array.from({ length: 16 }, (_, slot) => fakeRun(slot, { metrics: { loss: line, test: one } }));

  /** Lets the pointer and a menu show what they show. */
  const lookAround = async (panel: Panel, key: string, found: Set<string>): Promise<void> => {
    const look = async (): Promise<void> => (await offSizes(panel)).forEach((each) => found.add(each));
    await panel.drawn(key);
    await look();
    await panel.canvas(key).hover({ position: { x: 120, y: 60 } });
    await panel.page.locator('.lb-tooltip').waitFor();
    await look();
    await panel.chart(key).locator('.lb-chart-frame').press('Shift+F10');
    await panel.page.locator('.lb-menu').waitFor();
    await look();
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.lb-menu').waitFor({ state: 'detached' });
    await panel.chart(key).locator('.lb-chart-frame').press('t');
    await panel.page.locator('.lb-data-table').waitFor();
    await look();
    for (const tab of await panel.page.getByRole('tab').all()) {
      await tab.click();
      await panel.page.getByRole('tabpanel').waitFor();
      await look();
    }
  };

  const scenarios = {
    run: { scenario: runScenario(exampleRun()), key: 'val/acc' },
    compare: { scenario: compareScenario(exampleRuns().slice(3, 8)), key: 'val/acc' },
    'compare, with a legend': { scenario: compareScenario(many), key: 'loss' },
    chart: { scenario: chartScenario('loss', many), key: 'loss' },
    experiment: { scenario: experimentScenario(exampleRuns()), key: 'val/acc' },
  };
  for (const [name, { scenario, key }] of Object.entries(scenarios)) {
    it(`are those of ui.md: ${name}`, async () => {
      const found = new Set<string>();
      const panel = await browser.show(scenario, { width: 1400, height: 900 });
      await lookAround(panel, key, found);
      assert.deepEqual([...found], []);
      assert.deepEqual(panel.errors, []);
    });
  }
});
