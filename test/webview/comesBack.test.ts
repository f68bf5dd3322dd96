import assert from 'node:assert/strict';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
} from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel, type Pixel } from './panelPage';

const runs = Array.from({ length: 60 }, (_, slot) =>
  fakeRun(slot, {
    name: `run-${slot}`,
    metrics: { 'val/acc': curve(20, (step) => (step + slot) / 100), 'train/loss': curve(20, (step) => slot - step) },
    params: { seed: String(slot % 3), model: slot % 2 === 0 ? 'a' : 'b' },
  }),
);

/** All that is to come back (ui.md 10), as it is seen. */
function arranged(panel: Panel) {
  return panel.page.evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
    const valueOf = (label: string) =>
      all(`[aria-label="${label}"]`).map((each) =>
        each instanceof HTMLInputElement || each instanceof HTMLSelectElement ? each.value : each.ariaPressed,
      )[0];
    const box = document.querySelector('.lb-table-box');
    return {
      columns: all('.lb-head').map((each) => [each.dataset['field'], each.style.width, each.ariaSort]),
      query: valueOf('Filter runs'),
      groups: all('.lb-experiment-bar .lb-drop').map((each) => each.textContent),
      lines: all('.lb-table-body .lb-row').length > 0,
      sash: document.querySelector('.lb-sash')?.getAttribute('aria-valuenow'),
      top: box && Math.round(box.scrollTop / 22),
      counts: document.querySelector('.lb-footer .lb-cut-text')?.textContent,
      sections: all('.lb-grid [aria-expanded]').map((each) => [each.textContent, each.ariaExpanded]),
      charts: all('[data-chart]').map((each) => each.dataset['chart']),
      smoothing: [valueOf('Smoothing'), valueOf('Kind of smoothing')],
      x: valueOf('x'),
      logY: all('.lb-toggle').map((each) => [each.textContent, each.ariaPressed]),
      isZoomed: all('[aria-label^="Reset the zoom"]').length,
    };
  });
}

/** What VS Code has of the panel, and what the workspace has of its newest. */
function keptTexts(panel: Panel): Promise<string[]> {
  return panel.page.evaluate(() => {
    const [newest] = JSON.parse(sessionStorage.getItem('labbook-arrangement') ?? '[]') as { arrangement: string }[];
    return [sessionStorage.getItem('labbook-state') ?? '', newest?.arrangement ?? ''];
  });
}

/** Neither grid nor text. */
const isColoured = ({ colour }: Pixel): boolean => Math.max(...colour) - Math.min(...colour) > 60;

describe('What is arranged in the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('comes back after a reload, after a restart and after a kill, all of it, and no data are kept', async () => {
    const panel = await browser.show(experimentScenario(runs), { width: 1300, height: 900 });
    const { page } = panel;
    await panel.drawn('val/acc');
    await until('VS Code knows the panel', async () => (await keptTexts(panel)).join('').includes('"panel"'));
    const [atFirst = ''] = await keptTexts(panel);
    const head = (name: string) => page.getByRole('columnheader', { name, exact: true });
    // The table: filter, group, sort, a pinned column, a width, how high, and what is on top.
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('params.seed != "2"');
    await page
      .locator('.lb-footer')
      .getByText(/40 of 60 runs/)
      .waitFor();
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('checkbox', { name: 'model' }).click();
    await page.getByRole('checkbox', { name: 'model' }).press('Escape');
    await page
      .locator('.lb-footer')
      .getByText(/^2 groups/)
      .waitFor();
    await head('seed').click();
    await head('train/loss min').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin Column' }).click();
    const edge = await head('seed').locator('.lb-resizer').boundingBox();
    assert.ok(edge);
    await page.mouse.move(edge.x + 2, edge.y + 5);
    await page.mouse.down();
    await page.mouse.move(edge.x + 62, edge.y + 5, { steps: 3 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Open a', exact: true }).click();
    await page.getByRole('separator').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Hide run-58 in charts' }).click();
    // The charts.
    await page.getByRole('slider', { name: 'Smoothing' }).fill('50');
    await page.getByRole('combobox', { name: 'Kind of smoothing' }).selectOption('median');
    await until('it is smoothed so', async () => {
      const { smoothing } = await arranged(panel);
      return JSON.stringify(smoothing) === '["50","median"]';
    });
    await page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await page.getByRole('button', { name: 'Log y', exact: true }).click();
    await panel.drawn('val/acc');
    await panel.chart('val/acc').getByRole('img').focus();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^pinned/i }).waitFor();
    await panel.drawn('val/acc');
    await panel.chart('val/acc').getByRole('img').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('+');
    await page
      .getByRole('button', { name: /^Reset the zoom/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^train/ }).click();
    await page.locator('.lb-table-box').evaluate((box) => box.scrollTo({ top: 22 * 6 }));
    const kept = () => keptTexts(panel);
    // Scrolling is the last that is kept.
    await until('it is kept', async () => (await kept()).every((text) => /"top":"\w/.test(text)));
    const before = await arranged(panel);
    const isSame = async (): Promise<boolean> => JSON.stringify(await arranged(panel)) === JSON.stringify(before);
    const comesBack = async (how: string): Promise<void> => {
      try {
        await until('all is back', isSame);
      } catch {
        assert.deepEqual(await arranged(panel), before, how);
      }
    };
    await page.reload();
    await comesBack('after a reload');
    for (const text of await kept()) {
      assert.ok(text.length > 100 && text.length < 4000 && !text.includes('run-5'), text);
    }
    await page.evaluate((older) => {
      window.addEventListener('pagehide', () => sessionStorage.setItem('labbook-state', older));
    }, atFirst);
    await page.reload();
    await comesBack('after a kill');
    await page.evaluate(() => {
      window.addEventListener('pagehide', () => sessionStorage.removeItem('labbook-state'));
    });
    await page.reload();
    await comesBack('after a restart');
    await panel.drawn('val/acc');
    await until('curves are drawn', async () => (await panel.pixels('val/acc')).filter(isColoured).length > 200);
    await panel.photograph('experiment-back');
    assert.deepEqual(panel.errors, []);
  }).timeout(60_000);

  it('comes back with its columns where they were scrolled to, also where they are read only later', async () => {
    const names = Array.from({ length: 40 }, (_, key) => `parameter-${key}`);
    const wide = [0, 1, 2].map((slot) =>
      fakeRun(slot, {
        name: `run-${slot}`,
        params: Object.fromEntries(names.map((name) => [name, `${name}-${slot}`])),
      }),
    );
    const panel = await browser.show(experimentScenario(wide), { width: 900, height: 600 });
    const { page } = panel;
    const head = (name: string) => page.getByRole('columnheader', { name, exact: true });
    const box = page.locator('.lb-table-box');
    await head('Name').waitFor();
    await until('it is wide enough', () => box.evaluate((each) => each.scrollWidth > 2000));
    await box.evaluate((each) => each.scrollTo({ left: 1100 }));
    const kept = () => keptTexts(panel);
    await until('it is kept', async () => (await kept()).every((text) => text.includes('"left":1100')));
    const isBack = () => box.evaluate((each) => each.scrollLeft === 1100);
    await page.reload();
    await until('it is scrolled', isBack);
    assert.ok((await kept()).every((text) => text.includes('"left":1100')));
    // What the user scrolls to is what comes back next, also where it is the beginning.
    await box.evaluate((each) => each.scrollTo({ left: 0 }));
    await until('it is kept', async () => (await kept()).every((text) => text.includes('"left":0')));
    assert.deepEqual(panel.errors, []);
  });

  it('comes back with the run on top that another filter brought there', async () => {
    const panel = await browser.show(experimentScenario(runs), { width: 900, height: 600 });
    const { page } = panel;
    const box = page.locator('.lb-table-box');
    const filter = async (query: string, first: string): Promise<void> => {
      await page.getByRole('combobox', { name: 'Filter runs' }).fill(query);
      await page.locator('.lb-row', { hasText: first }).waitFor();
    };
    await filter('seed = "1"', 'run-58');
    await box.evaluate((each) => each.scrollTo({ top: 22 * 5 }));
    await filter('seed = "2"', 'run-44');
    const key = await page.locator('.lb-row', { hasText: 'run-44' }).getAttribute('data-key');
    await until('it is kept', async () => (await keptTexts(panel)).every((text) => text.includes(`"top":"${key}"`)));
    await page.reload();
    await until('it is on top', () => box.evaluate((each) => each.scrollTop === 22 * 5));
  });

  it('comes back as this panel was, where another one was arranged since', async () => {
    const panel = await browser.show(experimentScenario(runs.slice(0, 3)), { height: 450 });
    await panel.drawn('val/acc');
    const part = panel.page.locator('.lb-charts-part');
    await part.evaluate((element) => element.scrollTo(0, 60));
    await until('it is kept', async () => (await keptTexts(panel)).every((text) => text.includes('"charts":60')));
    await panel.page.addInitScript(() => {
      const others = sessionStorage.getItem('labbook-arrangement')?.replace('charts\\":60', 'charts\\":0') ?? '';
      const [other] = JSON.parse(others) as { at: number }[];
      sessionStorage.setItem(
        'labbook-arrangement',
        JSON.stringify([{ ...other, panel: 'another', at: Number(other?.at) + 1 }]),
      );
    });
    await panel.page.reload();
    await panel.drawn('val/acc');
    await until('it is scrolled', () => part.evaluate((element) => element.scrollTop === 60));
  });
});

describe('What is arranged in a panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const [first, second] = runs.slice(0, 2) as [(typeof runs)[0], (typeof runs)[0]];
  const scenarios = {
    'of a run': runScenario(first),
    'that compares runs': compareScenario([first, second]),
    'of one chart': chartScenario('val/acc', [first, second]),
    'of an experiment': experimentScenario([first, second]),
  };
  for (const [title, scenario] of Object.entries(scenarios)) {
    it(`${title} comes back after a kill, by whichever is later`, async () => {
      const panel = await browser.show(scenario);
      const { page } = panel;
      const axis = page.getByRole('combobox', { name: 'x', exact: true });
      const choose = async (x: string): Promise<readonly [string, string]> => {
        await axis.selectOption(x);
        await until('it is kept', async () => (await keptTexts(panel)).every((text) => text.includes(`"x":"${x}"`)));
        return page.evaluate(() => {
          const read = (key: string): string => sessionStorage.getItem(key) ?? '';
          return [read('labbook-state'), read('labbook-arrangement')] as const;
        });
      };
      const isAt = async (x: string): Promise<boolean> => (await axis.inputValue()) === x;
      const reload = async (state: string, copies: string): Promise<void> => {
        await page.evaluate(
          (kept) => {
            window.addEventListener('pagehide', () => {
              sessionStorage.setItem('labbook-state', kept[0]);
              sessionStorage.setItem('labbook-arrangement', kept[1]);
            });
          },
          [state, copies] as const,
        );
        await page.reload();
        await panel.drawn('val/acc');
      };
      await panel.drawn('val/acc');
      const [older, olderCopies] = await choose('relative');
      const [newer, newerCopies] = await choose('time');
      await reload(older, newerCopies);
      await until('the workspace has the later one', () => isAt('time'));
      assert.ok((await keptTexts(panel))[0]?.includes('"x":"time"'), 'VS Code has it again');
      await reload(newer, olderCopies);
      await until('VS Code has the later one', () => isAt('time'));
      // What earlier versions left says neither of which panel it is, nor since when.
      await reload(older.replace(/,"panel":"\w+","at":\d+/, ''), newerCopies);
      assert.match((await keptTexts(panel))[0] ?? '', /"at":0/);
      await until('it is as it was left', () => isAt('relative'));
      assert.deepEqual(panel.errors, []);
    });
  }

  it('is not kept before what was kept is back: a second kill meanwhile loses nothing', async () => {
    const delays = { readArrangement: 600_000 };
    const prepare = (): void => {
      const subject = { panel: 'experiment', experimentId: '1' };
      if (sessionStorage.getItem('labbook-state') === null) {
        sessionStorage.setItem('labbook-state', JSON.stringify({ subject, panel: 'p', at: 5 }));
      }
    };
    const panel = await browser.show({ ...experimentScenario([first, second]), delays }, { prepare });
    const asked = async (): Promise<unknown> => (await panel.asked('readArrangement'))[0];
    await until('it asks', async () => (await asked()) !== undefined);
    assert.deepEqual(await asked(), { panel: 'p', at: 5 });
    await until('what comes first is here', async () => (await panel.asked('readShown')).length > 0);
    await panel.page.reload();
    await until('it asks', async () => (await asked()) !== undefined);
    assert.deepEqual(await asked(), { panel: 'p', at: 5 });
    assert.deepEqual(await panel.asked('keepArrangement'), []);
  });
});
