import assert from 'node:assert/strict';
import { curve, experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(20, (step) => step);
const idOf = (slot: number): string => fakeRun(slot, { metrics: {} }).run.id;

describe('The panel of runs that go on', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (width?: number): Promise<Panel> => {
    const runs = [
      fakeRun(1, { name: 'going', status: 'RUNNING', metrics: { loss: line } }),
      fakeRun(0, { name: 'done', metrics: { loss: line } }),
    ];
    const panel = await browser.show(experimentScenario(runs), width === undefined ? {} : { width });
    await panel.drawn('loss');
    return panel;
  };
  const log = (panel: Panel, step: number): Promise<void> =>
    panel.host(({ page, argument }) => page.host.append(argument.id, 'loss', [[argument.step, argument.step]]), {
      id: idOf(1),
      step,
    });
  const button = (panel: Panel, name: string) => panel.page.getByRole('button', { name, exact: true });
  const shows = (panel: Panel, last: number): Promise<void> =>
    until(
      `the chart goes to ${last}`,
      async () => (await panel.canvas('loss').getAttribute('data-last')) === `${last}`,
    );
  const heard = (panel: Panel): Promise<number> => panel.asked('series').then((all) => all.length);

  /** Longer than what is new waits to be read. */
  const rest = (panel: Panel): Promise<unknown> =>
    panel.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 800)));

  it('says so; paused, it shows nothing that comes, and all of it afterwards', async () => {
    const panel = await open();
    await log(panel, 20);
    await shows(panel, 20);
    await button(panel, 'Live').click();
    await button(panel, 'Paused').waitFor();
    const before = await heard(panel);
    await log(panel, 21);
    await log(panel, 22);
    await rest(panel);
    assert.equal(await heard(panel), before);
    assert.equal(await panel.canvas('loss').getAttribute('data-last'), '20');
    await button(panel, 'Paused').click();
    await shows(panel, 22);
    // Nothing goes on any more.
    await panel.host(({ page, argument }) => page.host.changeLost(argument), [idOf(1)]);
    await button(panel, 'Live').waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('has it in the menu where the bar has no room, and not at all where all runs ended', async () => {
    const panel = await open(500);
    await button(panel, 'More actions').first().click();
    await panel.page.getByRole('menuitemcheckbox', { name: 'Pause' }).click();
    const before = await heard(panel);
    await log(panel, 30);
    await rest(panel);
    assert.equal(await heard(panel), before);
    await button(panel, 'More actions').first().click();
    await panel.page.getByRole('menuitemcheckbox', { name: 'Pause' }).click();
    await shows(panel, 30);
    await panel.host(({ page, argument }) => page.host.changeLost(argument), [idOf(1)]);
    await panel.page.locator('.lb-row', { hasText: 'going' }).getByRole('img', { name: 'Lost', exact: true }).waitFor();
    await button(panel, 'More actions').first().click();
    await panel.page.getByRole('menu').waitFor();
    assert.equal(await panel.page.getByRole('menuitemcheckbox', { name: 'Pause' }).count(), 0);
  });
});
