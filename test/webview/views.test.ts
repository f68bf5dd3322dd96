import assert from 'node:assert/strict';
import type { ThemeName } from '../fakes/fakeHost/page';
import { experimentScenario, fakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

function smallScenario(views: Record<string, string> = {}): Scenario {
  const runs = [0.5, 0.9, 0.7].map((value, i) =>
    fakeRun(2 - i, {
      name: `run-${'abc'[i]}`,
      metrics: { 'val/acc': { steps: [0, 1], values: [0, value] } },
      params: { model: i < 2 ? 'r50' : 'r18', seed: String(i) },
    }),
  );
  return { ...experimentScenario(runs), views };
}

const line = (panel: Panel) => panel.page.getByRole('combobox', { name: 'Filter runs' });
const button = (panel: Panel) => panel.page.locator('.lb-view-button');
const popup = (panel: Panel) => panel.page.getByRole('dialog', { name: 'Views' });
const rows = (panel: Panel) => popup(panel).locator('.lb-view-row');
const view = (query: string): string => JSON.stringify({ query });

function fileOf(panel: Panel, name: string): Promise<string | undefined> {
  return panel.host(({ page, argument }) => page.host.experiment.views.get(argument), name);
}

async function labelled(panel: Panel, label: string): Promise<void> {
  await until(`the button says ${label}`, async () => (await button(panel).getAttribute('aria-label')) === label);
}

describe('Saved views in the panel', () => {
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
  const filter = async (panel: Panel, text: string): Promise<void> => {
    await line(panel).fill(text);
    await panel.page.keyboard.press('Enter');
  };

  it('are saved, changed, saved again, reverted and deleted with the keyboard', async () => {
    const panel = await open();
    const { keyboard } = panel.page;
    await filter(panel, 'seed = 1');
    await keyboard.press('Escape');
    await button(panel).focus();
    await keyboard.press('Enter');
    await popup(panel).getByRole('button', { name: 'Save As…' }).focus();
    await keyboard.press('Enter');
    await keyboard.type('Best');
    await keyboard.press('Enter');
    await labelled(panel, 'View Best');
    assert.match((await fileOf(panel, 'Best')) ?? '', /"query":"seed = 1"/);
    await until('the button has the focus again', () =>
      button(panel).evaluate((each) => each === document.activeElement),
    );
    await filter(panel, 'seed = 2');
    await labelled(panel, 'View Best, changed');
    assert.equal(await panel.page.locator('.lb-view-dot').count(), 1);
    await button(panel).press('Enter');
    await popup(panel).getByRole('button', { name: 'Revert' }).press('Enter');
    await labelled(panel, 'View Best');
    assert.equal(await line(panel).inputValue(), 'seed = 1');
    await filter(panel, 'seed = 0');
    await button(panel).press('Enter');
    await popup(panel).getByRole('button', { name: 'Save', exact: true }).press('Enter');
    await labelled(panel, 'View Best');
    assert.match((await fileOf(panel, 'Best')) ?? '', /"query":"seed = 0"/);
    await button(panel).press('Enter');
    await popup(panel).getByRole('button', { name: 'Delete…' }).press('Enter');
    await popup(panel).getByText('Delete the view “Best”?').waitFor();
    await keyboard.press('Enter');
    await labelled(panel, 'Views');
    assert.equal(await fileOf(panel, 'Best'), undefined);
    assert.deepEqual(panel.errors, []);
  });

  it('open from the list with filter, order, groups, columns and charts, and Default goes back', async () => {
    const content = {
      query: "model = 'r50'",
      sort: [{ field: 'param:seed', descending: false }],
      groupBy: ['param:model'],
      columns: { removed: ['param:seed'] },
      charts: { yScale: 'log', zoom: { min: 0, max: 1 } },
    };
    const panel = await open(smallScenario({ Team: JSON.stringify(content), Other: view('') }));
    await button(panel).click();
    await panel.page.keyboard.type('tea');
    await until('one is found', async () => (await rows(panel).count()) === 1);
    await panel.page.keyboard.press('Enter');
    await labelled(panel, 'View Team');
    await panel.page.locator('.lb-footer', { hasText: '1 group · 2 of 3 runs' }).waitFor();
    assert.equal(await panel.page.locator('[role=columnheader][data-field="param:seed"]').count(), 0);
    assert.equal(await line(panel).inputValue(), "model = 'r50'");
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Default' }).click();
    await labelled(panel, 'Views');
    await panel.page.locator('.lb-footer', { hasText: '3 runs' }).waitFor();
  });

  it('are not needed to find a panel as it was: a change is kept at once, and the next one when the page goes', async () => {
    const panel = await open();
    const kept = await panel.host(async ({ page }) => {
      const modes = (): unknown[] =>
        page.host.requests.flatMap(({ method, params }) =>
          method === 'keepArrangement'
            ? [
                (JSON.parse((params as { arrangement: string }).arrangement) as { table?: { mode?: string } }).table
                  ?.mode,
              ]
            : [],
        );
      const press = (label: string): void => document.querySelector<HTMLElement>(`[aria-label="${label}"]`)?.click();
      const later = window.setTimeout.bind(window);
      // What waits for its time now waits for ever.
      Object.defineProperty(window, 'setTimeout', {
        value: (run: () => void, wait = 0): number => (wait > 0 ? 0 : later(run, 0)),
      });
      press('Only the charts');
      const until = async (condition: () => boolean): Promise<void> => {
        for (const end = performance.now() + 4000; !condition() && performance.now() < end;) {
          await new Promise((resolve) => later(resolve, 0));
        }
      };
      await until(() => modes().at(-1) === 'charts');
      const first = modes();
      press('Only the table');
      window.dispatchEvent(new PageTransitionEvent('pagehide'));
      await until(() => modes().length > first.length);
      return { first, all: modes() };
    }, null);
    assert.equal(kept.first.at(-1), 'charts');
    assert.deepEqual(kept.all, [...kept.first, 'table']);
  });

  it('ask before one takes the place of another, also where only the case differs', async () => {
    const panel = await open(smallScenario({ Best: view('seed = 1') }));
    await filter(panel, 'seed = 2');
    await button(panel).click();
    await popup(panel).getByRole('button', { name: 'Save As…' }).click();
    await panel.page.keyboard.type('best');
    await panel.page.keyboard.press('Enter');
    await popup(panel).getByText('There is a view “Best” already.').waitFor();
    await popup(panel).getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await fileOf(panel, 'Best'), view('seed = 1'));
    await popup(panel).getByRole('button', { name: 'Save As…' }).click();
    await panel.page.keyboard.type('best');
    await panel.page.keyboard.press('Enter');
    await popup(panel).getByRole('button', { name: 'Replace' }).click();
    await labelled(panel, 'View Best');
    assert.match((await fileOf(panel, 'Best')) ?? '', /seed = 2/);
    assert.equal(await fileOf(panel, 'best'), undefined);
  });

  it('say what is wrong with a file, and what the host says when saving', async () => {
    const panel = await open(smallScenario({ Bad: '[1]', Half: '{"query":"seed = 1","sort":7}' }));
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Left out, as it does not fit: sort' }).waitFor();
    await labelled(panel, 'Views');
    await panel.host(
      ({ page }) => page.host.fail('saveView', 'Views are kept in the project: open a folder first.'),
      null,
    );
    await popup(panel).getByRole('button', { name: 'Save As…' }).click();
    await panel.page.keyboard.type('x');
    await panel.page.keyboard.press('Enter');
    await popup(panel).getByRole('alert').getByText('open a folder first').waitFor();
  });

  it('follow their files: what was not changed here goes with them, what was stays', async () => {
    const panel = await open(smallScenario({ Team: view('seed = 1') }));
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Team' }).click();
    await labelled(panel, 'View Team');
    await panel.host(({ page }) => page.host.experiment.writeView('Team', '{"query":"seed = 2"}'), null);
    await until('the query is the new one', async () => (await line(panel).inputValue()) === 'seed = 2');
    await labelled(panel, 'View Team');
    await filter(panel, 'seed = 0');
    await panel.host(({ page }) => page.host.experiment.writeView('Team', '{"query":"seed in (1, 2)"}'), null);
    await labelled(panel, 'View Team, changed');
    assert.equal(await line(panel).inputValue(), 'seed = 0');
  });

  it('are not replaced after somebody else changed them, unless the user says what is to stay', async () => {
    const panel = await open(smallScenario({ Team: view('seed = 1') }));
    const theirs = async (content: string): Promise<void> => {
      await panel.host(({ page, argument }) => page.host.experiment.writeView('Team', argument), content);
      await notice.waitFor();
    };
    const notice = panel.page.locator('.lb-banner', { hasText: 'The view “Team” changed on disk, and here too.' });
    const gone = (): Promise<void> => notice.waitFor({ state: 'detached' });
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Team' }).click();
    await labelled(panel, 'View Team');
    await filter(panel, 'seed = 0');
    await theirs(view('seed = 2'));
    await panel.host(({ page }) => page.host.saveView(), undefined);
    await panel.page.locator('.lb-footer', { hasText: 'Revert to the file, or keep what is here?' }).waitFor();
    assert.equal(await fileOf(panel, 'Team'), view('seed = 2'));
    await notice.getByRole('button', { name: 'Keep' }).click();
    await gone();
    assert.equal(await line(panel).inputValue(), 'seed = 0');
    await panel.host(({ page }) => page.host.saveView(), undefined);
    await labelled(panel, 'View Team');
    assert.match((await fileOf(panel, 'Team')) ?? '', /"query":"seed = 0"/);
    await filter(panel, 'seed = 1');
    await theirs(view('seed in (1, 2)'));
    await notice.getByRole('button', { name: 'Open File' }).click();
    assert.deepEqual(await panel.askedFor('openViewFile'), [{ name: 'Team' }]);
    await notice.getByRole('button', { name: 'Revert' }).click();
    await gone();
    assert.equal(await line(panel).inputValue(), 'seed in (1, 2)');
    await labelled(panel, 'View Team');
    await filter(panel, 'seed = 0');
    await theirs(view('seed = 2'));
    // What is there by chance the same is no matter of anybody.
    await filter(panel, 'seed = 2');
    await panel.host(({ page }) => page.host.experiment.writeView('Other', '{}'), undefined);
    await gone();
    assert.deepEqual(panel.errors, []);
  });

  it('that are in use and become wrong say so where their name stands, with the way to their file, until they are right', async () => {
    const panel = await open(smallScenario({ Team: view('seed = 1') }));
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Team' }).click();
    await labelled(panel, 'View Team');
    const write = (text: string) =>
      panel.host(({ page, argument }) => page.host.experiment.writeView('Team', argument), text);
    await write('[1]');
    await labelled(panel, 'View Team. This file is no view.');
    assert.equal(await button(panel).locator('.lb-view-dot').count(), 0);
    const banner = panel.page.locator('.lb-banner', { hasText: 'The view “Team” cannot be read' });
    await banner.getByRole('button', { name: 'Open File' }).click();
    assert.deepEqual(await panel.askedFor('openViewFile'), [{ name: 'Team' }]);
    assert.equal(await line(panel).inputValue(), 'seed = 1');
    await write(view('seed = 2'));
    await labelled(panel, 'View Team');
    await banner.waitFor({ state: 'detached' });
    await until('it is followed again', async () => (await line(panel).inputValue()) === 'seed = 2');
    assert.deepEqual(panel.errors, []);
  });

  it('whose file goes say so, and are written again by a save; what is shown stays', async () => {
    const panel = await open(smallScenario({ Team: view('seed = 1') }));
    await button(panel).click();
    await rows(panel).filter({ hasText: 'Team' }).click();
    await labelled(panel, 'View Team');
    const move = (from: string, to: string) =>
      panel.host(
        ({ page, argument }) => {
          const content = page.host.experiment.views.get(argument.from) ?? '';
          page.host.experiment.views.delete(argument.from);
          page.host.experiment.writeView(argument.to, content);
        },
        { from, to },
      );
    await move('Team', 'Ours');
    await labelled(panel, 'View Team. Its file is gone: Save writes it again.');
    assert.equal(await line(panel).inputValue(), 'seed = 1');
    await move('Ours', 'Team');
    await labelled(panel, 'View Team');
    await move('Team', 'Ours');
    await labelled(panel, 'View Team. Its file is gone: Save writes it again.');
    await panel.host(({ page }) => page.host.saveView(), undefined);
    await labelled(panel, 'View Team');
    assert.match((await fileOf(panel, 'Team')) ?? '', /"query":"seed = 1"/);
    assert.deepEqual(panel.errors, []);
  });

  it('that are wrong open in an editor, and are not replaced by a save', async () => {
    const panel = await open(smallScenario({ Team: view('seed = 1'), Bad: '[1]' }));
    await button(panel).click();
    await rows(panel).filter({ hasText: 'This file is no view. Open File' }).click();
    assert.deepEqual(await panel.askedFor('openViewFile'), [{ name: 'Bad' }]);
    await popup(panel).waitFor({ state: 'detached' });
    await labelled(panel, 'Views');
  });

  for (const [theme, width] of [
    ['dark', 1100],
    ['light', 1100],
    ['hc', 1100],
    ['dark', 500],
  ] satisfies [ThemeName, number][]) {
    it(`look right, ${theme}, ${width}`, async () => {
      const scenario = {
        ...experimentScenario(exampleRuns(), 22),
        views: {
          'Best accuracy': view('val/acc > 0.7'),
          'Broken by hand': '[]',
          'Sweep over lr': view('name ~ "sweep"'),
        },
      };
      const panel = await browser.show(scenario, { theme, width, now: Date.UTC(2026, 8, 15, 0, 20) });
      await button(panel).click();
      await rows(panel).filter({ hasText: 'Best accuracy' }).click();
      await filter(panel, 'val/acc > 0.75');
      await labelled(panel, 'View Best accuracy, changed');
      await panel.photograph(`views-closed-${theme}-${width}`);
      await button(panel).click();
      await panel.photograph(`views-${theme}-${width}`);
      assert.deepEqual(panel.errors, []);
    });
  }

  it('are opened and saved by commands', async () => {
    const panel = await open(smallScenario({ Good: view('seed = 2') }));
    await panel.host(({ page }) => page.host.showView('Good'), undefined);
    await labelled(panel, 'View Good');
    await filter(panel, 'seed = 1');
    await labelled(panel, 'View Good, changed');
    await panel.host(({ page }) => page.host.saveView(), undefined);
    await labelled(panel, 'View Good');
    assert.match((await fileOf(panel, 'Good')) ?? '', /"query":"seed = 1"/);
    await panel.host(({ page }) => page.host.saveView('Other'), undefined);
    await labelled(panel, 'View Other');
    assert.match((await fileOf(panel, 'Other')) ?? '', /"query":"seed = 1"/);
    await panel.host(({ page }) => page.host.showView('Nothing'), undefined);
    await panel.page.getByText('There is no view “Nothing”.').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('ask for a name where the panel shows none, by the command', async () => {
    const panel = await open();
    await panel.host(({ page }) => page.host.saveView(), undefined);
    await until('the host is to ask', () =>
      panel.host(
        ({ page }) =>
          page.host.requests.some(
            ({ method, params }) => method === 'command' && JSON.stringify(params).includes('saveViewAs'),
          ),
        undefined,
      ),
    );
  });
});
