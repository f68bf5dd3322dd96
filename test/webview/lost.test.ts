import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, type Panel } from './panelPage';

const idOf = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;
const metric = { steps: [0, 1], values: [1, 2] };

describe('Lost runs', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const scenario = experimentScenario([
    fakeRun(1, { name: 'going', status: 'RUNNING', metrics: { loss: metric } }),
    fakeRun(0, { name: 'done', metrics: { loss: metric } }),
  ]);
  const lose = (panel: Panel, ...runIds: string[]) =>
    panel.host(({ page, argument }) => page.host.changeLost(argument), runIds);
  const mark = (panel: Panel, name: string, word: string) =>
    panel.page.locator('.lb-row', { hasText: name }).getByRole('img', { name: word, exact: true }).waitFor();

  it('have a mark of their own in the table, and are named so, until something is heard of them again', async () => {
    const panel = await browser.show({ ...scenario, lost: [idOf(1)] });
    await mark(panel, 'going', 'Lost');
    await lose(panel);
    await mark(panel, 'going', 'Running');
    await lose(panel, idOf(1), idOf(0));
    await mark(panel, 'going', 'Lost');
    await panel.page.getByRole('row', { name: /^going, lost, / }).waitFor();
    await mark(panel, 'done', 'Finished');
    await lose(panel);
    await mark(panel, 'going', 'Running');
  });

  it('with a single value are bars: they are not about to log the next one', async () => {
    const one = { loss: { steps: [0], values: [1] } };
    const runs = [fakeRun(1, { name: 'going', status: 'RUNNING', metrics: one })];
    const panel = await browser.show({ ...experimentScenario(runs), lost: [] });
    await panel.drawn('loss');
    await lose(panel, idOf(1));
    await panel.chart('loss').locator('.lb-bars').waitFor();
    await lose(panel);
    await panel.drawn('loss');
  });
});
