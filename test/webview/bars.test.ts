import assert from 'node:assert/strict';
import { experimentScenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

/** What in the bars stands over something else, sticks out of its bar, is broken into lines, or is cut where nothing says so. */
function faults(panel: Panel): Promise<string[]> {
  return panel.page.evaluate(() => {
    const found: string[] = [];
    const nameOf = (element: Element): string =>
      element.getAttribute('aria-label') ?? (element.textContent?.trim() || element.className.toString());
    for (const bar of document.querySelectorAll('[role="toolbar"], .lb-footer')) {
      const frame = bar.getBoundingClientRect();
      const which = nameOf(bar);
      if (Math.round(frame.height) > (bar.matches('.lb-footer') ? 24 : 36)) {
        found.push(`${which} is ${frame.height} px high`);
      }
      const controls = [
        ...bar.querySelectorAll('button, input:not([type="checkbox"]), select, .lb-cut-text, .lb-selected-count'),
      ].filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 0);
      const boxes = controls.map((element) => ({ element, box: element.getBoundingClientRect() }));
      for (const { element, box } of boxes) {
        if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) {
          found.push(`${which}: ${nameOf(element)} sticks out`);
        }
        const isCut = element.scrollWidth > element.clientWidth + 1 && !element.matches('input, .lb-cut-text');
        if (isCut && element.querySelector('.lb-cut-text') === null) {
          found.push(`${which}: ${nameOf(element)} is cut`);
        }
        if (box.height > 26) {
          found.push(`${which}: ${nameOf(element)} is ${box.height} px high`);
        }
      }
      boxes.forEach(({ element, box }, i) => {
        for (const { element: other, box: next } of boxes.slice(i + 1)) {
          const isApart =
            box.right <= next.left + 0.5 ||
            next.right <= box.left + 0.5 ||
            box.bottom <= next.top ||
            next.bottom <= box.top;
          if (!isApart && !element.contains(other) && !other.contains(element)) {
            found.push(`${which}: ${nameOf(element)} and ${nameOf(other)} overlap`);
          }
        }
      });
    }
    return found;
  });
}

describe('Bars of the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('have each of their elements whole, in one row of 36 px, at any width', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { width: 1400, height: 900 });
    await panel.drawn('val/acc');
    const { page } = panel;
    await page.getByRole('button', { name: 'Group' }).click();
    await page.getByRole('dialog').getByText('model', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('metrics.`val/acc` > 0.1');
    await page.keyboard.press('Enter');
    await page.locator('.lb-footer', { hasText: ' of ' }).waitFor();
    await page.getByRole('combobox', { name: 'x', exact: true }).selectOption('expression');
    await page.locator('.lb-table-body .lb-row.lb-group').first().click();
    await page.locator('.lb-footer', { hasText: 'selected' }).waitFor();
    const found: string[] = [];
    for (const width of [1400, 1000, 900, 899, 760, 680, 640, 620, 600, 599, 580, 560, 540, 520, 500, 480, 400, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await until(`the bars are laid out for ${width} px`, () =>
        page.evaluate(
          (isNarrow) => document.querySelector('.lb-experiment')?.classList.contains('lb-narrow') === isNarrow,
          width < 600,
        ),
      );
      // What follows from the new width may come with the next frame.
      let last: string[] = [];
      await until('nothing is wrong', async () => (last = await faults(panel)).length === 0, 2000).catch(() =>
        found.push(...last.map((each) => `${width}: ${each}`)),
      );
    }
    assert.deepEqual(found, []);
    assert.deepEqual(panel.errors, []);
  });

  it('say below the table how many runs there are, and how many are selected, also where there is room for little else', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { width: 1000, height: 900 });
    const { page } = panel;
    const footer = page.locator('.lb-footer');
    await page.getByRole('button', { name: 'Group' }).click();
    await page.getByRole('dialog').getByText('model', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('metrics.`val/acc` > 0.7');
    await page.keyboard.press('Enter');
    await footer.getByText(/ of /).waitFor();
    await page.locator('.lb-table-body .lb-row.lb-group').first().click();
    await footer.getByText(/^\d+ selected$/).waitFor();
    const [runs = ''] = /\d+ of \d+ runs/.exec(await footer.innerText()) ?? [];
    for (const width of [340, 320, 290]) {
      await page.setViewportSize({ width, height: 900 });
      await footer.getByText(runs, { exact: true }).waitFor();
      const cut = await footer
        .locator('.lb-cut-text, .lb-selected-count')
        .evaluateAll((all) =>
          all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.innerHTML),
        );
      assert.deepEqual(cut, [], `${width} px`);
    }
    // What has no room there is in the menu; everything is told on hover.
    assert.match(
      (await footer.locator('.lb-cut-text').first().getAttribute('title')) ?? '',
      /^\d+ of \d+ runs · \d+ groups · /,
    );
    await footer.getByRole('button', { name: 'More…' }).click();
    await page.getByRole('menuitem', { name: /^Show all \d+$/ }).click();
    await footer.getByText(/^\d+ runs$/).waitFor();
    assert.deepEqual(panel.errors, []);
  });
});
