import assert from 'node:assert/strict';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
} from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(20, (step) => step);
const idOf = (slot: number): string => fakeRun(slot, { metrics: {} }).run.id;

const log = (panel: Panel, step: number): Promise<void> =>
  panel.host(({ page, argument }) => page.host.append(argument.id, 'loss', [[argument.step, argument.step]]), {
    id: idOf(1),
    step,
  });
const button = (panel: Panel, name: string) => panel.page.getByRole('button', { name, exact: true });
const shows = (panel: Panel, last: number): Promise<void> =>
  until(`the chart goes to ${last}`, async () => (await panel.canvas('loss').getAttribute('data-last')) === `${last}`);
const heard = (panel: Panel): Promise<number> => panel.asked('series').then((all) => all.length);
/** Longer than what is new waits to be read. */
const rest = (panel: Panel): Promise<unknown> =>
  panel.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 800)));

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

describe('Panels of chosen runs that go on', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const going = fakeRun(1, { name: 'going', status: 'RUNNING', metrics: { loss: line } });
  const done = fakeRun(0, { name: 'done', metrics: { loss: line } });
  const scenarios = {
    run: runScenario(going),
    compare: compareScenario([going, done]),
    chart: chartScenario('loss', [going, done]),
  };

  for (const [name, scenario] of Object.entries(scenarios)) {
    for (const width of [1100, 500]) {
      it(`say so and can be paused as the experiment’s: ${name}, ${width} px`, async () => {
        const panel = await browser.show(scenario, { width });
        await panel.drawn('loss');
        await log(panel, 20);
        await shows(panel, 20);
        const live = button(panel, 'Live');
        assert.equal(await live.innerText(), width < 900 ? '' : 'Live');
        await live.focus();
        await panel.page.keyboard.press('Enter');
        await button(panel, 'Paused').waitFor();
        assert.equal(await button(panel, 'Paused').getAttribute('aria-pressed'), 'true');
        await log(panel, 21);
        await panel.host(({ page, argument }) => page.host.change(argument, { status: 'FINISHED' }), idOf(1));
        await rest(panel);
        assert.equal(await panel.canvas('loss').getAttribute('data-last'), '20');
        await button(panel, 'Paused').click();
        await shows(panel, 21);
        // It ended meanwhile: nothing is live any more.
        await button(panel, 'Live').waitFor({ state: 'detached' });
        assert.deepEqual(panel.errors, []);
      });
    }
  }

  it('show what somebody changes there also while they are paused', async () => {
    const panel = await browser.show(runScenario(going));
    await panel.drawn('loss');
    await button(panel, 'Live').click();
    await button(panel, 'Paused').waitFor();
    await panel.host(({ page, argument }) => page.host.change(argument, { name: 'renamed' }), idOf(1));
    await rest(panel);
    await panel.page.getByRole('heading', { name: 'going' }).waitFor();
    await button(panel, 'Rename').click();
    await panel.page.getByRole('heading', { name: 'renamed' }).waitFor();
    await button(panel, 'Paused').waitFor();
  });

  for (const [name, scenario] of Object.entries({ ...scenarios, experiment: experimentScenario([going, done]) })) {
    it(`stay as they are where the server comes back while they are paused: ${name}`, async () => {
      const panel = await browser.show(scenario);
      await panel.drawn('loss');
      await log(panel, 20);
      await shows(panel, 20);
      await button(panel, 'Live').click();
      await button(panel, 'Paused').waitFor();
      await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
      await panel.page.locator('.lb-banner').waitFor();
      await log(panel, 21);
      await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
      await panel.page.locator('.lb-banner').waitFor({ state: 'detached' });
      await rest(panel);
      assert.equal(await panel.canvas('loss').getAttribute('data-last'), '20');
      await button(panel, 'Paused').click();
      await shows(panel, 21);
      assert.deepEqual(panel.errors, []);
    });
  }

  it('read what they could not while the server was away, also where they are paused', async () => {
    const panel = await browser.show(scenarios.compare);
    await panel.drawn('loss');
    await button(panel, 'Live').click();
    await button(panel, 'Paused').waitFor();
    await panel.host(({ page }) => page.host.fail('series', 'The server is away.'), null);
    await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.chart('loss').getByRole('alert').waitFor();
    await panel.host(({ page }) => page.host.fail('series', undefined), null);
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('alert').waitFor({ state: 'detached' });
    await button(panel, 'Paused').waitFor();
  });

  it('say nothing where all runs ended, or the server is away', async () => {
    const panel = await browser.show(scenarios.compare);
    await panel.drawn('loss');
    await button(panel, 'Live').waitFor();
    await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
    await button(panel, 'Live').waitFor({ state: 'detached' });
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await button(panel, 'Live').waitFor();
    await panel.host(({ page, argument }) => page.host.changeLost([argument]), idOf(1));
    await button(panel, 'Live').waitFor({ state: 'detached' });
  });
});
