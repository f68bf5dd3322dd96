import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until } from './panelPage';

const idOf = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;

describe('Lost runs in the table', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('are shown and found by that word, beside MLflow’s, until they are heard of again', async () => {
    const metrics = { loss: { steps: [0, 1], values: [1, 2] } };
    const runs = [fakeRun(1, { name: 'going', status: 'RUNNING', metrics }), fakeRun(0, { name: 'done', metrics })];
    const panel = await browser.show({ ...experimentScenario(runs), lost: [idOf(1)] });
    const state = panel.page.locator('.lb-row', { hasText: 'going' }).locator('[data-field="attribute:state"]');
    await until('the cell says so', async () => (await state.innerText()) === 'lost');
    const duration = panel.page.locator('.lb-row', { hasText: 'going' }).locator('[data-field="attribute:duration"]');
    await until('nobody knows how long it went', async () => (await duration.innerText()) === '–');
    const line = panel.page.getByRole('combobox', { name: 'Filter runs' });
    const finds = async (query: string, ...names: readonly string[]): Promise<void> => {
      await line.fill(query);
      await line.press('Enter');
      const rows = panel.page.locator('.lb-table-body .lb-name .lb-cut-text');
      await until(`${query} finds ${names.join()}`, async () => (await rows.allInnerTexts()).join() === names.join());
    };
    await finds("status = 'LOST'", 'going');
    await finds("status != 'LOST'", 'done');
    await finds("status = 'RUNNING'", 'going');
    await finds("status = 'LOST'", 'going');
    await panel.host(({ page }) => page.host.changeLost([]), undefined);
    await panel.page.getByText('No run matches').waitFor();
  });
});
