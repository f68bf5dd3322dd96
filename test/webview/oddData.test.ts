import assert from 'node:assert/strict';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const nan = { steps: [0, 1, 2], values: ['NaN', 'NaN', 'NaN'] as const };

describe('Odd data in the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const row = (panel: Panel, name: string) => panel.page.locator('.lb-row', { hasText: name });

  it('one run without metrics has a row, and charts say that there are none yet', async () => {
    const panel = await browser.show(experimentScenario([fakeRun(0, { name: 'alone' })]));
    await row(panel, 'alone').waitFor();
    await panel.page.getByText('No metrics yet').waitFor();
    await panel.page.getByText('1 run · 1 in charts').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('where all values are NaN, nothing is best, and the marks say so', async () => {
    const panel = await browser.show(
      experimentScenario([1, 0].map((slot) => fakeRun(slot, { metrics: { loss: nan, other: nan } }))),
    );
    await panel.drawn('loss');
    assert.equal(await panel.page.locator('.lb-best').count(), 0);
    // Of no finite value there is no least one, but something was logged.
    const cell = row(panel, 'run-0').locator('[data-field="metric:min:loss"]');
    await until('the least value says so', async () => (await cell.innerText()) === 'NaN');
    await panel
      .chart('loss')
      .getByRole('img', { name: /^loss, 2 runs, steps 0 to 2/ })
      .waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('long texts, lines and paths are cut in the cell, whole on hover, and whole when copied', async () => {
    const long = `start ${'x'.repeat(5990)} end`;
    const params = { long, lines: 'first\nsecond\nthird', path: `/data/${'deep/'.repeat(20)}cifar100.npz`, none: '' };
    const other = { long: 'y', lines: 'one', path: '/x', none: 'some' };
    const runs = [fakeRun(1, { name: 'line\nbreak', params }), fakeRun(0, { name: `\u202egnp.exe`, params: other })];
    const panel = await browser.show(experimentScenario(runs), { width: 1500 });
    const { page } = panel;
    const cell = (key: string) => row(panel, 'break').locator(`[data-field="param:${key}"]`);
    await until(
      'many lines are counted',
      async () => (await cell('lines').innerText()).replace(/\s+/g, ' ') === 'first ⏎ 3 lines',
    );
    assert.match(await cell('path').innerText(), /^\/data\/.*….*\/cifar100\.npz$/);
    assert.equal(await cell('none').innerText(), 'empty');
    assert.ok((await cell('long').innerText()).length <= 400);
    const { height = 0 } = (await row(panel, 'break').boundingBox()) ?? {};
    assert.equal(height, 22);
    await cell('long').hover();
    await until('the hover has all', async () => (await cell('long').getAttribute('title')) === long);
    await row(panel, 'break').click();
    await page.keyboard.press('Control+c');
    const [copied] = await panel.copied();
    assert.ok(copied?.includes(long));
    assert.deepEqual(panel.errors, []);
  });

  it('what cannot be read is told in the server’s words, where it stands, and tried again; what is there stays', async () => {
    const failures = { tableRows: 'The server answered 500: <b>INTERNAL</b>' };
    const panel = await browser.show({ ...experimentScenario([fakeRun(0, { name: 'there' })]), failures });
    const { page } = panel;
    const alert = page.getByRole('alert');
    await alert.getByText('The server answered 500: <b>INTERNAL</b>').waitFor();
    await alert.getByText('The runs could not be read').waitFor();
    await alert.getByRole('button', { name: 'Show Log' }).click();
    assert.deepEqual((await panel.askedFor('command'))[0], { command: 'showLog', runIds: [] });
    await panel.host(({ page: fake }) => fake.host.fail('tableRows', undefined), null);
    await alert.getByRole('button', { name: 'Try Again' }).click();
    await row(panel, 'there').waitFor();
    await panel.host(({ page: fake }) => {
      fake.host.fail('tableRows', 'The disk is away.');
      fake.host.changed({ runIds: [], metrics: true, runs: true, artifacts: true, all: true });
    }, null);
    await page.locator('.lb-banner', { hasText: /Showing what was read at .* The disk is away\./ }).waitFor();
    await row(panel, 'there').waitFor();
    await panel.host(({ page: fake }) => fake.host.fail('tableRows', undefined), null);
    await page.locator('.lb-banner').getByRole('button', { name: 'Try Again' }).click();
    await page.locator('.lb-banner').waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });
});
