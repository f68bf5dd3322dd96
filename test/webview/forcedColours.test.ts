import assert from 'node:assert/strict';
import { experimentScenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { take } from './kept';
import { PanelBrowser, until, type Panel } from './panelPage';

/** What the system paints where it gives the colours; Chromium makes each a plain colour. */
const systemColour = (panel: Panel, name: string): Promise<string> =>
  panel.page.evaluate((colour) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = colour;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, name);

/** What is seen at a place of the window, CSS pixels. */
async function colourAt(panel: Panel, x: number, y: number): Promise<string> {
  const { data, width } = await take(panel);
  const at = (Math.floor(y) * width + Math.floor(x)) * 4;
  return `rgb(${[...data.subarray(at, at + 3)].join(', ')})`;
}

/** How many pixels of a part of the window have another colour. */
async function countBeside(
  panel: Panel,
  colour: string,
  box: { x: number; y: number; width: number; height: number },
): Promise<number> {
  const { data, width } = await take(panel);
  let count = 0;
  for (let y = Math.floor(box.y); y < box.y + box.height; y++) {
    for (let x = Math.floor(box.x); x < box.x + box.width; x++) {
      const at = (y * width + x) * 4;
      count += Number(`rgb(${[...data.subarray(at, at + 3)].join(', ')})` !== colour);
    }
  }
  return count;
}

describe('Where the system gives the colours', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const row = (panel: Panel, name: string) => panel.page.locator('.lb-table-body .lb-row', { hasText: name });
  const styleOf = (panel: Panel, name: string, pseudo?: string) =>
    row(panel, name).evaluate((element, part) => {
      const { outlineStyle, outlineWidth, outlineColor, borderLeftWidth, borderLeftColor } = getComputedStyle(
        element,
        part,
      );
      return { outlineStyle, outlineWidth, outlineColor, borderLeftWidth, borderLeftColor };
    }, pseudo);

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`rows that are selected, in focus or under the pointer show it, and runs keep their colours, ${colorScheme}`, async () => {
      const panel = await browser.show(experimentScenario(exampleRuns()), {
        theme: colorScheme,
        width: 1400,
        height: 900,
      });
      const { page } = panel;
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await panel.drawn('val/loss');
      await row(panel, 'r50-cosine-s1').click();
      await row(panel, 'r50-mixup-s0').click({ modifiers: ['Control'] });
      await page.mouse.move(0, 0);
      const highlight = await systemColour(panel, 'Highlight');
      await until('the second is selected', async () => {
        const { borderLeftWidth } = await styleOf(panel, 'r50-mixup-s0', '::after');
        return borderLeftWidth === '5px';
      });
      const first = await styleOf(panel, 'r50-cosine-s1', '::after');
      assert.deepEqual([first.outlineStyle, first.borderLeftColor], ['solid', highlight]);
      const focused = await styleOf(panel, 'r50-mixup-s0', '::after');
      assert.deepEqual([focused.outlineWidth, focused.outlineColor], ['2px', highlight]);
      await page.keyboard.press('ArrowRight');
      const cell = page.locator('.lb-focused-cell');
      await cell.waitFor();
      const { outlineWidth, outlineColor } = await cell.evaluate((element) => ({
        outlineWidth: getComputedStyle(element).outlineWidth,
        outlineColor: getComputedStyle(element).outlineColor,
      }));
      assert.deepEqual([outlineWidth, outlineColor], ['2px', highlight]);
      const colours = await page
        .locator('.lb-table-body .lb-swatch')
        .evaluateAll((all) => all.map((each) => getComputedStyle(each).color));
      assert.ok(new Set(colours).size >= 8, `the colours of runs are ${[...new Set(colours)].join(' ')}`);
      await panel.photograph(`forced-colours-${colorScheme}`);
      await page.getByRole('combobox', { name: 'Filter runs' }).click();
      await page.keyboard.type('params.');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('ArrowDown');
      await panel.photograph(`forced-colours-query-${colorScheme}`);
      const chosen = page.locator('[role="option"][aria-selected="true"]');
      assert.equal(await chosen.evaluate((each) => getComputedStyle(each).outlineColor), highlight);
      await page.keyboard.press('Escape');
      const frame = panel.chart('val/loss').locator('.lb-chart-frame');
      const box = await frame.boundingBox();
      assert.ok(box);
      const edge = () => colourAt(panel, box.x + 1, box.y + box.height / 2);
      const before = await edge();
      await frame.focus();
      // The plot's background does not hide it.
      assert.notEqual(await edge(), before);
      assert.deepEqual(panel.errors, []);
    });

    it(`what is wrong in the query has its wavy line, ${colorScheme}`, async () => {
      const panel = await browser.show(experimentScenario(exampleRuns()), { theme: colorScheme });
      const { page } = panel;
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await page.getByRole('combobox', { name: 'Filter runs' }).fill('val/loss < 1 and lass < 1');
      const wrong = page.locator('.lb-wavy');
      await until('it is found', async () => (await wrong.count()) === 1);
      assert.equal(await wrong.innerText(), 'lass');
      await page.keyboard.press('Escape');
      await panel.photograph(`forced-colours-wavy-${colorScheme}`);
      const [box, field] = [await wrong.boundingBox(), await page.locator('.lb-query-field').boundingBox()];
      assert.ok(box && field);
      const background = await systemColour(panel, 'Field');
      // Below its letters, which have nothing there.
      const below = { x: box.x, y: field.y + 16, width: box.width, height: 5 };
      assert.ok((await countBeside(panel, background, below)) > 8, 'there is a line under it');
      const before = { ...below, x: box.x - box.width - 8 };
      assert.equal(await countBeside(panel, background, before), 0);
      // The text itself is drawn once, in one colour.
      const kinds = await page
        .locator('.lb-query-text span span')
        .evaluateAll((all) => all.map((each) => getComputedStyle(each).color));
      assert.deepEqual([...new Set(kinds)], ['rgba(0, 0, 0, 0)']);
      assert.deepEqual(panel.errors, []);
    });
  }
});
