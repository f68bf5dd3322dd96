import assert from 'node:assert/strict';
import { runColours } from '../../src/core/runColour';
import { curve, experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { ofColour, PanelBrowser, until } from './panelPage';

describe('The colour of a group', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('is that of its first run in the charts, too, also where that one is not shown', async () => {
    const runs = [3, 2, 1, 0].map((slot) =>
      fakeRun(slot, {
        metrics: { loss: curve(20, (step) => step + slot * 3) },
        params: { model: slot < 2 ? 'a' : 'b' },
      }),
    );
    const panel = await browser.show(experimentScenario(runs));
    const { page } = panel;
    await panel.drawn('loss');
    await page.getByRole('button', { name: 'Hide run-0 in charts' }).click();
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('checkbox', { name: 'model' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.lb-footer').getByText('2 groups · 4 runs · 3 in charts').waitFor();
    const [first = '', second = ''] = runColours.dark;
    const amount = async (colour: string): Promise<number> => ofColour(await panel.pixels('loss'), colour).length;
    await until('the first run’s colour is drawn', async () => (await amount(first)) > 100);
    assert.ok((await amount(second)) < 20);
    assert.deepEqual(panel.errors, []);
  });

  it('has the dashes of its first run in the charts, too, where another group is of the same colour', async () => {
    const runs = [12, 0].map((slot) =>
      fakeRun(slot, {
        metrics: { loss: curve(20, () => slot) },
        params: { model: slot === 0 ? 'a' : 'b' },
      }),
    );
    const panel = await browser.show(experimentScenario(runs));
    const { page } = panel;
    await panel.drawn('loss');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('checkbox', { name: 'model' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.lb-footer').getByText('2 groups · 2 runs').waitFor();
    await until('one line is whole and the other one has gaps', async () => {
      const columns = new Map<number, Set<number>>();
      for (const { x, y } of ofColour(await panel.pixels('loss'), runColours.dark[0] ?? '')) {
        columns.set(y, (columns.get(y) ?? new Set()).add(x));
      }
      const [upper = 0, lower = 0] = [...columns.values()].map(({ size }) => size).filter((size) => size > 50);
      return lower > 200 && upper > 50 && upper < 0.85 * lower;
    });
    assert.deepEqual(panel.errors, []);
  });
});
