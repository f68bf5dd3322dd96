import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { journey } from './journey';
import { two } from './pythonScripts';
import { until, type Workbench } from './workbench';

journey('One state: what is shown and selected in tree, table and charts', { 'two.py': two }, (workbench) => {
  const box = (row: Locator): Locator => row.locator('.custom-view-tree-node-item-checkbox');
  const isChecked = async (row: Locator): Promise<boolean> => (await box(row).getAttribute('aria-checked')) === 'true';
  const checked = (row: Locator, wanted: boolean): Promise<unknown> =>
    until(`the box is ${wanted ? 'checked' : 'empty'}`, async () => (await isChecked(row)) === wanted);
  const inCharts = (count: number): Promise<void> =>
    workbench().panel.getByText(`2 runs · ${count} in charts`).waitFor();
  const runs = (): [Locator, Locator] => [workbench().row('lr-0.1'), workbench().row('lr-0.01')];

  it('shows the newest runs at first, in the tree too', async () => {
    await workbench().openLabbook();
    await workbench().openTerminal();
    await workbench().type('python two.py');
    await workbench().waitForOutput(/done$/, 30_000);
    await workbench().runCommand('View: Toggle Terminal');
    await workbench().showRuns('sweep');
    for (const run of runs()) {
      await checked(run, true);
    }
    await workbench().runCommand('Labbook: Open Experiment...');
    await workbench().pick('sweep');
    await workbench().waitForPanel();
    await inCharts(2);
  });

  it('takes a curve away with the box in the tree, and gives the run a hollow mark', async () => {
    const [first] = runs();
    const canvas = workbench().panel.locator('canvas').first();
    const before = await picture(workbench(), canvas);
    await box(first).click();
    await inCharts(1);
    await until('the curve is gone', async () => (await picture(workbench(), canvas)) !== before);
    await first.locator('.codicon-circle-outline').waitFor();
    await workbench().panel.getByRole('button', { name: 'Show lr-0.1 in charts' }).waitFor();
    await workbench().session.photograph('8-shown');
  });

  it('checks the box in the tree with the eye in the table', async () => {
    const [first, second] = runs();
    const row = workbench().panel.locator('.lb-row', { hasText: 'lr-0.01' });
    await row.hover();
    await row.getByRole('button', { name: 'Hide lr-0.01 in charts' }).click();
    await checked(second, false);
    await workbench().panel.getByRole('button', { name: 'Show lr-0.1 in charts' }).click();
    await checked(first, true);
    await inCharts(1);
  });

  it('selects in the table what is selected in the tree, and the other way round', async () => {
    const [first, second] = runs();
    const selectedRow = workbench().panel.locator('.lb-row[aria-selected="true"]');
    // Ctrl selects without opening the run.
    await first.click({ modifiers: ['Control'] });
    await selectedRow.filter({ hasText: 'lr-0.1' }).waitFor();
    await workbench().panel.locator('.lb-row', { hasText: 'lr-0.01' }).click();
    await until('the tree selects it', async () => (await second.getAttribute('aria-selected')) === 'true');
    assert.equal(await first.getAttribute('aria-selected'), 'false');
    assert.equal(await selectedRow.count(), 1);
    // Where the user closed the experiment nothing opens.
    await workbench().row('sweep', { level: 1 }).locator('.monaco-tl-twistie').click();
    await second.waitFor({ state: 'detached' });
    await workbench().panel.locator('.lb-row', { hasText: 'lr-0.1' }).first().click();
    await selectedRow.filter({ hasText: 'lr-0.1' }).waitFor();
    const end = performance.now() + 500;
    while (performance.now() < end) {
      assert.equal(await workbench().row('sweep', { level: 1 }).getAttribute('aria-expanded'), 'false');
    }
    await workbench().showRuns('sweep');
  });

  it('shows and hides with Space and by the menu', async () => {
    const [first, second] = runs();
    for (const [row, wanted] of [
      [first, false],
      [second, false],
      [second, true],
    ] as const) {
      if ((await row.getAttribute('aria-selected')) !== String(wanted)) {
        await row.click({ modifiers: ['Control'] });
      }
    }
    await workbench().page.keyboard.press('Space');
    await checked(second, true);
    await inCharts(2);
    // Newest first: the other run is below.
    await workbench().page.keyboard.press('ArrowDown');
    await workbench().page.keyboard.press('Space');
    // The row with the focus counts, which arrow keys move alone; the selection stays.
    await checked(first, false);
    await inCharts(1);
    assert.equal(await second.getAttribute('aria-selected'), 'true');
    await workbench().page.keyboard.press('F2');
    const input = workbench().page.locator('.quick-input-widget:visible input').first();
    await until('it asks for the name of the focused run', async () => (await input.inputValue()) === 'lr-0.1');
    await workbench().page.keyboard.press('Escape');
    await workbench().page.keyboard.press('Delete');
    await first.waitFor({ state: 'detached' });
    await second.waitFor();
    await workbench().runCommand('Labbook: Undo Move to Trash');
    await first.waitFor();
    await second.click({ modifiers: ['Control'] });
    await second.click({ modifiers: ['Control'] });
    await workbench().page.keyboard.press('ArrowUp');
    await workbench().page.keyboard.press('Space');
    await first.waitFor({ state: 'detached' });
    await workbench().page.keyboard.press('Space');
    await workbench().chooseFromMenu(first, 'Show Only This in Charts');
    await inCharts(1);
    await checked(first, true);
    await checked(second, false);
    await workbench().chooseFromMenu(second, 'Show/Hide in Charts');
    await inCharts(2);
  });

  it('tells more of a run to who points at it, with the next steps to click', async () => {
    const [first, second] = runs();
    const hover = (): Locator => workbench().page.locator('.monaco-hover:visible').filter({ hasText: 'to baseline' });
    await workbench().chooseFromMenu(second, 'Set as Baseline');
    await workbench().expand(first);
    await workbench().expand(workbench().row('Metrics'));
    await workbench().description(workbench().row('val/loss')).getByText('0.2899 · min 0.2899').waitFor();
    for (const theme of ['light', 'dark'] as const) {
      // A change of the theme closes a hover.
      await workbench().page.mouse.move(640, 4);
      await workbench().session.setTheme(theme);
      await first.hover();
      await hover().getByText('max 0.8551').waitFor();
      await hover().getByText('Differs from the baseline in lr').waitFor();
      await workbench().page.screenshot({ path: `out/screenshots/ui/8-hover-${theme}.png` });
    }
    await hover().getByText('Compare with Baseline').click();
    await workbench()
      .tab(/lr-0\.1|Compare/)
      .waitFor();
  });

  it('opens an experiment with a click, and another from the palette while that one is selected', async () => {
    const sweep = workbench().row('sweep', { level: 1 });
    const expanded = await sweep.getAttribute('aria-expanded');
    const inFront = (title: string): Promise<void> =>
      workbench().tab(title).and(workbench().page.locator('.active')).waitFor();
    await sweep.locator('.label-name').click();
    await inFront('sweep');
    assert.equal(await sweep.getAttribute('aria-expanded'), expanded, 'only the twistie opens the row');
    await workbench().runCommand('Labbook: Open Experiment...');
    await workbench().pick('Default');
    await inFront('Default');
  });

  it('shows the tab that was open before a reload, rather than a second one of the same, with the same runs selected', async () => {
    await workbench().row('sweep', { level: 1 }).locator('.label-name').click();
    await workbench().tab('sweep').and(workbench().page.locator('.active')).waitFor();
    const selectedRow = workbench().panel.locator('.lb-row[aria-selected="true"]');
    await workbench().showRuns('sweep');
    await runs()[0].click({ modifiers: ['Control'] });
    await selectedRow.filter({ hasText: 'lr-0.1' }).waitFor();
    await workbench().row('Default', { level: 1 }).locator('.label-name').click();
    await workbench().tab('Default').and(workbench().page.locator('.active')).waitFor();
    await workbench().reloadWindow();
    await workbench().openLabbook();
    await workbench().row('sweep', { level: 1 }).locator('.label-name').click();
    await workbench().tab('sweep').and(workbench().page.locator('.active')).waitFor();
    await workbench().panel.getByText('2 runs').first().waitFor({ timeout: 30_000 });
    assert.equal(await workbench().tab('sweep').count(), 1);
    await selectedRow.filter({ hasText: 'lr-0.1' }).waitFor();
    assert.equal(await selectedRow.count(), 1);
  });

  it('takes a deletion in the table back with Ctrl+Z there, and by the command in the palette', async () => {
    const rows = workbench().panel.locator('.lb-row');
    const row = rows.filter({ hasText: 'lr-0.1' });
    await row.click();
    await workbench().page.keyboard.press('Delete');
    await row.waitFor({ state: 'detached' });
    await workbench().panel.getByText('1 run moved to the trash.').waitFor();
    await workbench().page.keyboard.press('Control+z');
    await row.waitFor();
    await row.click();
    await workbench().page.keyboard.press('Delete');
    await row.waitFor({ state: 'detached' });
    await workbench().panel.getByText('1 run moved to the trash.').waitFor();
    await workbench().runCommand('Labbook: Undo Move to Trash');
    await row.waitFor();
  });

  it('shows an experiment twice side by side, each arranged by itself, also after a reload', async () => {
    const name = (side: 'left' | 'right'): Promise<Locator> =>
      until(`the ${side} panel has its table`, async () => {
        const panel = await workbench().panelAt(side);
        const header = panel?.getByRole('columnheader', { name: /^Name/ });
        return (await header?.count()) === 1 ? header : undefined;
      });
    const sorted = async (side: 'left' | 'right'): Promise<boolean> =>
      /ascending|descending/.test((await (await name(side)).getAttribute('aria-sort')) ?? '');
    await workbench().chooseFromMenu(workbench().row('sweep', { level: 1 }), 'Open Experiment to the Side');
    await until('there are two tabs', async () => (await workbench().tab('sweep').count()) === 2);
    await (await name('right')).click();
    await until('the right one is sorted by name', () => sorted('right'));
    assert.equal(await sorted('left'), false);
    await workbench().session.photograph('8-side-by-side');
    await workbench().reloadWindow();
    await until('the right one is sorted by name again', () => sorted('right'), 30_000);
    assert.equal(await sorted('left'), false);
    assert.equal(await workbench().tab('sweep').count(), 2);
  });
});

/** A fingerprint of what a canvas shows. */
async function picture(workbench: Workbench, canvas: Locator): Promise<number> {
  let hash = 0;
  await until('the chart is drawn', async () => {
    const { drawn, hash: now } = await workbench.pixels(canvas);
    hash = now;
    return drawn > 0;
  });
  return hash;
}
