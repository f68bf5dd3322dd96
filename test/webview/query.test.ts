import assert from 'node:assert/strict';
import type { ThemeName } from '../fakes/fakeHost/page';
import { experimentScenario, fakeRun, type FakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

const point = (value: number): FakeRun['metrics'][string] => ({ steps: [0, 10], values: [value, value / 2] });

/** Five runs: a, the newest, to e. */
function smallScenario(): Scenario {
  const values = [0.5, 0.9, 0.7, 0.9, 0.1];
  return experimentScenario(
    values.map((value, i) =>
      fakeRun(4 - i, {
        name: `run-${'abcde'[i]}`,
        metrics: { 'val/acc': point(value), loss: point(1 - value) },
        params: { model: i < 3 ? 'r50' : 'r18', seed: String(i), 'optim.lr': '0.1' },
        tags: { owner: i === 0 ? 'ada' : 'grace' },
      }),
    ),
  );
}

const line = (panel: Panel) => panel.page.getByRole('combobox', { name: 'Filter runs' });
const options = (panel: Panel) => panel.page.locator('.lb-suggestions').getByRole('option');
const problem = (panel: Panel) => panel.page.locator('.lb-query-problem');

async function counted(panel: Panel, text: string): Promise<void> {
  await panel.page.locator('.lb-footer', { hasText: text }).waitFor();
}

describe('The query line', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (scenario = smallScenario(), width = 1200): Promise<Panel> => {
    const panel = await browser.show(scenario, { width });
    await line(panel).waitFor();
    return panel;
  };
  const press = async (panel: Panel, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      await panel.page.keyboard.press(key);
    }
  };

  it('says in plain words what is wrong, as a sentence beside the others', async () => {
    const panel = await open();
    await line(panel).pressSequentially('val/acc > 0.4 and val/acc > abc');
    await counted(panel, 'Not applied: A number is needed for a metric, not abc. Still showing');
  });

  it('applies what is typed when it rests, and an invalid text never', async () => {
    const panel = await open();
    await line(panel).pressSequentially('val/acc > 0.4');
    await counted(panel, '2 of 5 runs');
    await line(panel).pressSequentially(' and lossy < 1');
    await counted(panel, "Not applied: No metric, parameter or tag is named 'lossy'. Still showing 2 of 5 runs.");
    assert.equal(await line(panel).getAttribute('aria-invalid'), 'true');
    await press(panel, 'Escape');
    assert.equal(await panel.page.locator('.lb-wavy').innerText(), 'lossy');
    await problem(panel).getByRole('button', { name: 'Did you mean loss?' }).click();
    await counted(panel, '2 of 5 runs ·');
    assert.equal(await line(panel).inputValue(), 'val/acc > 0.4 and loss < 1');
    assert.deepEqual(panel.errors, []);
  });

  it('applies a number on Enter as it was typed, also where a value begins with it', async () => {
    const runs = ['0.1', '0.125', '0.03'].map((lr, i) => fakeRun(i, { name: `run-${i}`, params: { lr } }));
    const panel = await open(experimentScenario(runs));
    await line(panel).click();
    await panel.page.keyboard.type('lr >= 0.1');
    await panel.page.getByRole('option', { name: '0.125, 1 run' }).waitFor();
    await press(panel, 'Enter');
    await counted(panel, '2 of 3 runs');
    assert.equal(await line(panel).inputValue(), 'lr >= 0.1');
    // Tab still takes it.
    await panel.page.keyboard.type('2');
    await panel.page.getByRole('option', { name: '0.125, 1 run' }).waitFor();
    await press(panel, 'Tab');
    assert.equal((await line(panel).inputValue()).trim(), 'lr >= 0.125');
  });

  it('applies on Enter what is whole as it was typed, whatever begins with it, and words in capitals', async () => {
    const models = ['r50', 'r50-wide', 'r50-wide', 'R18'];
    const runs = models.map((model, i) =>
      fakeRun(i, { name: `run-${i}`, params: { model }, metrics: { loss: point(i) } }),
    );
    const panel = await open(experimentScenario(runs));
    for (const [text, count] of [
      ["model = 'r50'", '1 of 4 runs'],
      ["model = 'r5'", '0 of 4 runs'],
      ['params.model IS NOT NULL', '4 of 4 runs'],
      ['loss = NaN', '0 of 4 runs'],
    ] as const) {
      await line(panel).fill('');
      await line(panel).pressSequentially(text);
      await press(panel, 'Enter');
      await counted(panel, count);
      assert.equal(await line(panel).inputValue(), text);
    }
    // Only the case is another one: what is meant is there.
    await line(panel).fill('');
    await line(panel).pressSequentially("model = 'r18'");
    await press(panel, 'Enter');
    assert.equal((await line(panel).inputValue()).trim(), "model = 'R18'");
    assert.deepEqual(panel.errors, []);
  });

  it('is left by Tab, forwards and backwards, where no list is open', async () => {
    const panel = await open();
    await line(panel).fill('seed = 1 ');
    await until('the list is closed', async () => (await line(panel).getAttribute('aria-expanded')) === 'false');
    const isIn = () => line(panel).evaluate((each) => each === document.activeElement);
    await press(panel, 'Tab');
    await until('the focus is elsewhere', async () => !(await isIn()));
    await line(panel).focus();
    await press(panel, 'Shift+Tab');
    await until('the focus is elsewhere', async () => !(await isIn()));
    assert.equal(await line(panel).inputValue(), 'seed = 1 ');
  });

  it('applies and remembers at once what it says when it is left, and says there only what is wrong', async () => {
    const panel = await open();
    // Typing never rests here.
    await panel.page.evaluate(() => {
      const later = window.setTimeout.bind(window);
      Object.defineProperty(window, 'setTimeout', {
        value: (run: () => void, wait = 0): number => (wait === 400 ? 0 : later(run, wait)),
      });
    });
    await line(panel).pressSequentially('seed = 1 ');
    await panel.page.getByRole('button', { name: 'Group', exact: true }).focus();
    await counted(panel, '1 of 5 runs');
    await panel.page.getByRole('button', { name: 'Earlier filters' }).waitFor();
    await line(panel).fill('lossy < 1');
    await panel.page.getByRole('button', { name: 'Group', exact: true }).focus();
    await counted(panel, "Not applied: No metric, parameter or tag is named 'lossy'. Still showing 1 of 5 runs.");
    assert.equal(await panel.page.locator('.lb-wavy').innerText(), 'lossy');
    // Over the table it would be in the way.
    assert.equal(await problem(panel).count(), 0);
    await line(panel).focus();
    await problem(panel).waitFor();
    // Its own buttons are part of it.
    await problem(panel).getByRole('button', { name: 'Did you mean' }).focus();
    await press(panel, 'Enter');
    await counted(panel, '5 of 5 runs');
    assert.equal(await line(panel).inputValue(), 'loss < 1');
    assert.deepEqual(panel.errors, []);
  });

  it('means what its names mean now: a name that comes later, a direction that is chosen', async () => {
    const panel = await open({ ...smallScenario(), views: { Later: '{"query":"later > 0.5 or best(loss) < 0.2"}' } });
    await panel.host(({ page }) => page.host.showView('Later'), undefined);
    await counted(panel, "Not applied: No metric, parameter or tag is named 'later'.");
    const id = `f26e71d5${(4).toString(16).padStart(24, '0')}`;
    await panel.host(({ page, argument }) => page.host.append(argument, 'later', [[0, 0.9]]), id);
    // The least losses are 0.25, 0.05, 0.15, 0.05 and 0.45; the first run has `later`.
    await counted(panel, '4 of 5 runs');
    await panel.host(
      ({ page }) => page.host.experiment.changeFacts({ lowerIsBetter: [], higherIsBetter: ['*loss*', '*acc*'] }),
      undefined,
    );
    await counted(panel, '3 of 5 runs');
    assert.deepEqual(panel.errors, []);
  });

  it('says of names that no run has that it is so, and what was probably meant', async () => {
    const panel = await open();
    await line(panel).fill('metrics.los < 1 or params.nothing = 1');
    await press(panel, 'Escape', 'Enter');
    await panel.page.getByText('No run has metrics.los, params.nothing.').waitFor();
    await panel.page.getByRole('button', { name: 'Did you mean metrics.loss?' }).click();
    await counted(panel, '5 of 5 runs');
    assert.equal(await line(panel).inputValue(), 'metrics.loss < 1 or params.nothing = 1');
  });

  it('is written with the keyboard alone, from names to values with counts', async () => {
    const panel = await open();
    await press(panel, 'Control+f');
    await panel.page.keyboard.type('own');
    await until('there is one option', async () => (await options(panel).count()) === 1);
    assert.equal(await options(panel).getAttribute('aria-label'), 'tags.owner, tag, 5 runs · ada, grace');
    await press(panel, 'Tab');
    assert.equal(await line(panel).inputValue(), 'tags.owner ');
    await panel.page.keyboard.type('=');
    await panel.page.getByRole('option', { name: 'grace, 4 runs' }).waitFor();
    await press(panel, 'ArrowDown', 'ArrowDown', 'Enter');
    assert.equal(await line(panel).inputValue(), "tags.owner ='ada' ");
    await press(panel, 'Enter');
    await counted(panel, '1 of 5 runs');
    await press(panel, 'Control+z');
    assert.equal(await line(panel).inputValue(), 'tags.owner =');
    await press(panel, 'Control+Space');
    assert.equal(await line(panel).getAttribute('aria-expanded'), 'true');
    const active = panel.page.locator('.lb-suggestions [aria-selected="true"]');
    assert.equal(await active.getAttribute('id'), await line(panel).getAttribute('aria-activedescendant'));
    await press(panel, 'Escape');
    assert.equal(await line(panel).getAttribute('aria-expanded'), 'false');
    assert.deepEqual(panel.errors, []);
  });

  it('gets the focus by Ctrl+F from anywhere in the panel, and keeps Ctrl+A to itself, as VS Code takes both keys', async () => {
    const panel = await open();
    const { page } = panel;
    // As VS Code's page around a webview does it, before the panel's own listener.
    await page.evaluate(() => {
      window.addEventListener('keydown', (event) => event.ctrlKey && event.key === 'f' && event.preventDefault(), true);
      window.addEventListener('keydown', ({ key }) => (document.body.dataset['keys'] = key));
    });
    for (const other of [page.getByRole('button', { name: 'Group', exact: true }), page.getByLabel('Find charts')]) {
      await other.focus();
      await press(panel, 'Control+f');
      await until('the line has the focus', () => line(panel).evaluate((each) => each === document.activeElement));
    }
    const heard = () => page.evaluate(() => document.body.dataset['keys']);
    await page.keyboard.type('one');
    await press(panel, 'Shift', 'Control+a');
    assert.equal(await heard(), 'Control');
    await page.keyboard.type('two');
    assert.equal(await line(panel).inputValue(), 'two');
  });

  it('takes what is pasted in several lines, and a list of thousands', async () => {
    const panel = await open();
    await panel.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const paste = async (text: string): Promise<void> => {
      await panel.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
      await line(panel).click();
      await press(panel, 'Control+a', 'Control+v', 'Escape', 'Enter');
    };
    await paste('seed > 0\r\n  and seed < 3\n');
    await counted(panel, '2 of 5 runs');
    const id = (slot: number): string => `'f26e71d5${slot.toString(16).padStart(24, '0')}'`;
    await paste(`run_id in (${Array.from({ length: 3000 }, (_, i) => id(i + 1)).join(',\n')})`);
    await counted(panel, '4 of 5 runs');
    assert.equal(await panel.page.locator('.lb-query-text span span').count(), 1);
    await panel.page.keyboard.type('💥');
    await counted(panel, "Not applied: '💥' means nothing here. Still showing 4 of 5 runs.");
    assert.equal(await panel.page.locator('.lb-wavy').innerText(), '💥');
    assert.deepEqual(panel.errors, []);
  });

  it('looks for a word alone in the names of runs, with one click', async () => {
    const panel = await open();
    await line(panel).pressSequentially('run-b');
    await counted(panel, 'Not applied: ');
    await press(panel, 'Escape');
    await problem(panel).getByRole('button', { name: "Did you mean name ILIKE '%run-b%'?" }).click();
    await counted(panel, '1 of 5 runs');
  });

  it('takes options with the mouse, and shows all with Ctrl+Space', async () => {
    const panel = await open();
    await line(panel).click();
    assert.equal(await options(panel).count(), 0);
    await press(panel, 'Control+Space');
    await panel.page.getByRole('option', { name: 'best(metric)' }).click();
    await panel.page.getByRole('option', { name: 'val/acc, metric, 5 runs' }).click();
    assert.equal(await line(panel).inputValue(), 'best(val/acc) ');
    await panel.page.getByRole('option', { name: '>', exact: true }).click();
    await panel.page.keyboard.type('0.8');
    await counted(panel, '2 of 5 runs');
  });

  it('quotes names with odd characters, so that what is inserted can be applied', async () => {
    const odd = { 'a b-c': '1', 'ta`g"x': '2', größe: '3', 'x/y.z': '4' };
    const runs = [0, 1].map((slot) =>
      fakeRun(slot, { name: `run-${slot}`, metrics: { 'val/acc': point(1) }, params: slot === 0 ? odd : {} }),
    );
    const panel = await open(experimentScenario(runs));
    for (const [typed, value] of [
      ['a b', '1'],
      ['ta`', '2'],
      ['grö', '3'],
      ['x/y', '4'],
    ] as const) {
      await line(panel).fill('');
      await press(panel, 'Enter');
      await counted(panel, '2 runs');
      await panel.page.keyboard.type(typed.slice(0, 1));
      await press(panel, 'Control+Space');
      const name = Object.keys(odd).find((each) => each.startsWith(typed)) ?? '';
      const option = panel.page.getByRole('option', { name: `${name}, parameter, 1 run` });
      await option.scrollIntoViewIfNeeded();
      await option.click();
      await panel.page.keyboard.type(`= '${value}'`);
      await press(panel, 'Escape', 'Enter');
      await counted(panel, '1 of 2 runs').catch(async (error: unknown) => {
        throw new Error(`${name}: ${await line(panel).inputValue()}`, { cause: error });
      });
    }
    assert.deepEqual(panel.errors, []);
  });

  it('filters by the value at a step, by dates and expressions', async () => {
    const panel = await open();
    for (const [text, count] of [
      ['at(val/acc, 0) >= 0.9', '2 of 5 runs'],
      ['at(val/acc, 10) >= 0.9', '0 of 5 runs'],
      ["name ~ 'run-[ab]' or seed in 3..4", '4 of 5 runs'],
      ['started > 2001-01-01 and duration < 1d', '5 of 5 runs'],
      ["status = 'NOTHING'", '0 of 5 runs'],
    ] as const) {
      await line(panel).fill(text);
      await press(panel, 'Enter');
      await counted(panel, count).catch(async (error: unknown) => {
        throw new Error(`${text}: ${await panel.page.locator('.lb-footer').innerText()}`, { cause: error });
      });
    }
  });

  it('has help by example, from the list and from what is wrong, and gives the focus back', async () => {
    const panel = await open();
    const help = panel.page.getByRole('dialog', { name: 'Query help' });
    await line(panel).fill('metrics.los');
    await panel.page.locator('.lb-suggestions').getByText('Query help').click();
    await help.getByText('one of several values').waitFor();
    await panel.page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await until('the line has the focus', () => line(panel).evaluate((each) => each === document.activeElement));
    await line(panel).fill('metrics.los > ');
    await line(panel).press('Enter');
    await problem(panel).getByRole('button', { name: 'Query help' }).press('Enter');
    await help.waitFor();
    await panel.page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('has its help also by key: Ctrl+F1 in the line, or the menu at the end of the toolbar', async () => {
    const panel = await open();
    const help = panel.page.getByRole('dialog', { name: 'Query help' });
    await line(panel).focus();
    assert.equal(await line(panel).getAttribute('aria-keyshortcuts'), 'Control+F1');
    await press(panel, 'Control+F1');
    await help.waitFor();
    await press(panel, 'Escape');
    await help.waitFor({ state: 'detached' });
    const isBack = () => line(panel).evaluate((element) => element === document.activeElement);
    await until('the line has the focus again', isBack);
    await panel.page.getByRole('button', { name: 'More actions' }).focus();
    await press(panel, 'Enter');
    await panel.page.getByRole('menuitem', { name: 'Query help' }).waitFor();
    await press(panel, 'End', 'Enter');
    await help.waitFor();
    await press(panel, 'Escape');
    await help.waitFor({ state: 'detached' });
    await until('the line has the focus', isBack);
    assert.deepEqual(panel.errors, []);
  });

  it('brings earlier queries back, also after the panel was closed', async () => {
    const panel = await open();
    for (const text of ['seed = 1', 'seed = 2']) {
      await line(panel).fill(text);
      await press(panel, 'Enter');
    }
    await panel.page.getByRole('button', { name: 'Clear Filter' }).click();
    await counted(panel, '5 runs');
    await until('it is kept', () =>
      panel.host(
        ({ page }) =>
          page.host.requests.some(
            ({ method, params }) => method === 'keepArrangement' && JSON.stringify(params).includes('seed = 2'),
          ),
        null,
      ),
    );
    await panel.page.reload();
    await line(panel).focus();
    await press(panel, 'ArrowUp');
    assert.equal(await line(panel).inputValue(), 'seed = 2');
    await press(panel, 'ArrowUp');
    assert.equal(await line(panel).inputValue(), 'seed = 1');
    await counted(panel, '1 of 5 runs');
    await press(panel, 'ArrowDown', 'ArrowDown');
    assert.equal(await line(panel).inputValue(), '');
    await panel.page.getByRole('button', { name: 'Earlier filters' }).click();
    await panel.page.getByRole('menuitem', { name: 'seed = 2' }).click();
    await counted(panel, '1 of 5 runs');
  });

  for (const theme of ['dark', 'light', 'hc'] satisfies ThemeName[]) {
    it(`looks right, ${theme}`, async () => {
      const now = Date.UTC(2026, 8, 15, 0, 20);
      const panel = await browser.show(experimentScenario(exampleRuns(), 22), { theme, now, width: 1100 });
      await line(panel).pressSequentially('val/acc > 0.7 and optim.lrr < 1e-2 and (tag.');
      await problem(panel).waitFor();
      await panel.photograph(`query-${theme}`);
      await line(panel).fill(`started > -7d and val/loss in 0..2 or name ~ "sweep.*"`);
      await press(panel, 'Enter');
      await panel.photograph(`query-colours-${theme}`);
      assert.deepEqual(panel.errors, []);
    });
  }

  it('asks the host who meets conditions on datasets and the artifacts’ URI', async () => {
    const panel = await open();
    const id = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;
    await panel.host(
      ({ page, argument: [a = '', b = '', c = ''] }) => {
        page.host.experiment.matches.set('dataset.name = "train"', [a, b]);
        page.host.experiment.matches.set('artifact_uri is null', [b, c]);
      },
      [id(4), id(3), id(1)],
    );
    await line(panel).fill('dataset.name = "train" and seed < 1');
    await press(panel, 'Enter');
    await counted(panel, '1 of 5');
    await line(panel).fill('dataset.name = "train" or not artifact_uri is null');
    await press(panel, 'Enter');
    await counted(panel, '4 of 5');
    // Again when runs change.
    await panel.host(({ page, argument }) => {
      page.host.experiment.matches.set('dataset.name = "train"', []);
      page.host.change(argument, { name: 'run-z' });
    }, id(0));
    await counted(panel, '3 of 5');
    const asked = (await panel.asked('matchingRuns')).map(({ conditions }) => conditions);
    assert.deepEqual(asked.slice(0, 2), [['dataset.name = "train"'], ['artifact_uri is null']]);
    assert.deepEqual(panel.errors, []);
  });
});
