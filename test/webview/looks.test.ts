import assert from 'node:assert/strict';
import type { ThemeName } from '../fakes/fakeHost/page';
import { compareScenario, experimentScenario, runScenario } from '../fakes/fakeHost/scenario';
import { exampleRun, exampleRuns } from './examples';
import { forPictures, looksAsKept } from './kept';
import { PanelBrowser } from './panelPage';

describe('The looks of panels', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const themes: ThemeName[] = ['dark', 'light', 'hc'];
  for (const theme of themes) {
    it(`run, ${theme}`, async () => {
      const panel = await browser.show(runScenario(exampleRun()), { theme, ...forPictures });
      await panel.drawn('val/loss');
      await panel.photograph(`run-charts-${theme}`);
      if (theme === 'dark') {
        await looksAsKept(panel, 'run');
      }
      await panel.canvas('val/loss').hover({ position: { x: 200, y: 60 } });
      await panel.photograph(`run-charts-hover-${theme}`);
      await panel.page.getByRole('tab', { name: 'Overview' }).click();
      await panel.page.locator('.lb-spark').first().waitFor();
      await panel.photograph(`run-overview-${theme}`);
      await panel.page.getByRole('tab', { name: 'Artifacts' }).click();
      await panel.page.getByRole('treeitem', { name: 'images' }).click();
      await panel.page.getByRole('treeitem', { name: 'confusion.png' }).click();
      await panel.page.locator('.lb-picture img').waitFor();
      await panel.photograph(`run-artifacts-${theme}`);
      assert.deepEqual(panel.errors, []);
    });

    it(`compare, ${theme}`, async () => {
      const panel = await browser.show(compareScenario(exampleRuns().slice(3, 8)), { theme, ...forPictures });
      await panel.drawn('val/loss');
      if (theme === 'dark') {
        await looksAsKept(panel, 'compare');
      }
      await panel.canvas('val/acc').hover({ position: { x: 300, y: 60 } });
      await panel.photograph(`compare-charts-${theme}`);
      await panel.page.getByRole('tab', { name: 'Differences' }).click();
      await panel.page.getByText('optim.name').waitFor();
      await panel.photograph(`compare-differences-${theme}`);
      assert.deepEqual(panel.errors, []);
    });

    it(`experiment, ${theme}`, async () => {
      const panel = await browser.show(experimentScenario(exampleRuns(), 57), { theme, ...forPictures });
      await panel.drawn('val/loss');
      await looksAsKept(panel, `experiment-${theme}`);
      await panel.canvas('val/loss').hover({ position: { x: 150, y: 60 } });
      await panel.photograph(`experiment-${theme}`);
      assert.deepEqual(panel.errors, []);
    });
  }
});
