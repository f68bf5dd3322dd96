import assert from 'node:assert/strict';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const idOf = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;
const metric = { steps: [0, 1, 2], values: [1, 2, 3] };
/** Three runs: a, the newest, to c. */
const scenario = experimentScenario(
  ['a', 'b', 'c'].map((name, i) => fakeRun(2 - i, { name: `run-${name}`, metrics: { loss: metric } })),
);

describe('What is shown and selected', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const row = (panel: Panel, name: string) => panel.page.locator('.lb-row', { hasText: name });
  const counts = (panel: Panel, drawn: number) => panel.page.getByText(`3 runs · ${drawn} in charts`).waitFor();
  const open = async (): Promise<Panel> => {
    const panel = await browser.show(scenario);
    await counts(panel, 3);
    return panel;
  };
  const selected = async (panel: Panel): Promise<string[]> => {
    const texts = await panel.page.locator('.lb-row[aria-selected="true"] .lb-name').allInnerTexts();
    return texts.map((each) => each.trim());
  };

  it('begins with what the panel, which has all runs, says, and is then the host’s', async () => {
    const panel = await open();
    const [first] = await panel.askedFor('changeShown');
    assert.deepEqual(first?.changes, [
      {
        experimentId: '1',
        change: {
          do: 'first',
          shown: { rest: false, after: Date.UTC(2026, 8, 14, 11), on: [2, 1, 0].map(idOf), off: [] },
        },
      },
    ]);
    await panel.host(
      ({ page, argument }) => page.host.experiment.changeShown({ do: 'set', runIds: [argument], isOn: false }),
      idOf(1),
    );
    await counts(panel, 2);
    await row(panel, 'run-b').getByRole('button', { name: 'Show run-b in charts' }).waitFor();
    await panel.page.reload();
    await counts(panel, 2);
    assert.deepEqual(panel.errors, []);
  });

  it('is seen at once and agrees with the host in the end, however slow it is and whoever else changes it', async () => {
    const panel = await open();
    await panel.host(({ page }) => page.host.slow(300), undefined);
    await row(panel, 'run-a').click();
    await panel.page.keyboard.press('Space');
    await counts(panel, 2);
    await panel.host(
      ({ page, argument }) => page.host.experiment.changeShown({ do: 'set', runIds: [argument], isOn: false }),
      idOf(0),
    );
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Space');
    await row(panel, 'run-b').getByRole('button', { name: 'Show run-b in charts' }).waitFor();
    await panel.page.getByText('No run is shown in the charts').waitFor();
    for (const name of ['run-a', 'run-b', 'run-c']) {
      await row(panel, name)
        .getByRole('button', { name: `Show ${name} in charts` })
        .waitFor();
    }
    assert.deepEqual(panel.errors, []);
  });

  it('tells what the user selects, and not what is gone or was selected elsewhere', async () => {
    const panel = await open();
    await row(panel, 'run-a').click();
    await row(panel, 'run-c').click({ modifiers: ['Control'] });
    const both = JSON.stringify({ selection: [{ experimentId: '1', runIds: [idOf(2), idOf(0)] }] });
    await until('both are told', async () => JSON.stringify((await panel.asked('select')).at(-1)) === both);
    const told = await panel.asked('select');
    await panel.host(({ page, argument }) => page.host.experiment.select([argument, 'of another experiment']), idOf(1));
    await until('run-b is selected', async () => (await selected(panel)).join() === 'run-b');
    await panel.host(({ page, argument }) => page.host.change(argument, { stage: 'deleted' }), idOf(1));
    await panel.page.getByRole('row', { name: 'run-b is no longer there' }).waitFor();
    assert.deepEqual(await selected(panel), []);
    await row(panel, 'run-a').click();
    await until('the next is told', async () => (await panel.asked('select')).length > told.length);
    const later = (await panel.asked('select')).slice(told.length);
    assert.deepEqual(later, [{ selection: [{ experimentId: '1', runIds: [idOf(2)] }] }]);
    assert.deepEqual(panel.errors, []);
  });
});
