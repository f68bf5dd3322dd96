import assert from 'node:assert/strict';
import { journey } from './journey';
import { abandoned, failing, two } from './pythonScripts';
import { until } from './workbench';

const scripts = { 'abandoned.py': abandoned, 'two.py': two, 'failing.py': failing };

journey('Two runs: compare, rename, tag, delete, restore', scripts, (workbench) => {
  it('compares two selected runs', async () => {
    await workbench().openLabbook();
    await workbench().openTerminal();
    // Told as lost after a minute of silence, which the other steps fill.
    await workbench().type('python abandoned.py');
    await workbench().type('python two.py');
    await workbench().waitForOutput('done', 30_000);
    await workbench().showRuns('sweep');
    await workbench().row('lr-0.1').click();
    await workbench()
      .row('lr-0.01')
      .click({ modifiers: ['ControlOrMeta'] });
    await workbench().chooseFromMenu(workbench().row('lr-0.01'), 'Compare Selected');
    await workbench()
      .tab(/Compare|lr-0/)
      .last()
      .waitFor();
    await until('the panel names both runs and their differing parameter', async () => {
      const text = await workbench().panel.locator('body').innerText();
      return ['lr-0.1', 'lr-0.01', 'lr'].every((part) => text.includes(part));
    });
    const canvas = workbench().panel.locator('canvas').first();
    await canvas.waitFor();
    await until('the chart is drawn', async () => (await workbench().pixels(canvas)).drawn > 0);
    await workbench().session.photograph('6-compare');
  });

  it('renames a run', async () => {
    // Both are still selected, and a name is for one.
    await workbench().row('lr-0.01').click();
    await workbench().chooseFromMenu(workbench().row('lr-0.01'), 'Rename...');
    await workbench().answer('careful');
    await workbench().row('careful').waitFor();
    assert.equal(await workbench().row('lr-0.01').count(), 0);
  });

  it('sets a tag', async () => {
    await workbench().chooseFromMenu(workbench().row('careful'), 'Add Tag...');
    await workbench().answer('team=vision');
    await workbench().expand(workbench().row('careful'));
    await workbench().expand(workbench().row('Tags'));
    await workbench().description(workbench().row('team')).getByText('vision').waitFor();
  });

  it('moves a run to the trash and takes it back', async () => {
    await workbench().row('lr-0.1').click();
    await workbench().row('lr-0.1').press('Delete');
    await workbench().row('lr-0.1').waitFor({ state: 'detached' });
    await workbench().openSection('Trash');
    const deleted = workbench().row('lr-0.1', { section: 'Trash' });
    await deleted.waitFor();
    await workbench().session.photograph('8-trash');
    await workbench().chooseFromMenu(deleted, 'Restore');
    await workbench().row('lr-0.1').waitFor();
    await deleted.waitFor({ state: 'detached' });
  });

  it('moves an experiment to the trash and takes it back', async () => {
    await workbench().chooseFromMenu(workbench().row('sweep'), 'Move to Trash');
    await workbench().row('sweep').waitFor({ state: 'detached' });
    const deleted = workbench().row('sweep', { section: 'Trash' });
    await workbench().chooseFromMenu(deleted, 'Restore');
    await workbench().row('sweep').waitFor();
  });

  it('shows a failed run below its parent, with its sign', async () => {
    await workbench().type('python failing.py');
    await workbench().waitForOutput(/done$/, 30_000);
    await workbench().showRuns('trials');
    await workbench().expand(workbench().row('study'));
    const trial = workbench().row('trial-1');
    await workbench().description(trial).getByText('failed').waitFor();
    await trial.locator('.codicon-error').waitFor();
    await workbench().row('study').locator('.codicon-circle-filled').waitFor();
    assert.equal(Number(await trial.getAttribute('aria-level')), 3);
    await workbench().session.photograph('6-failed');
  });

  it('tells of a run whose script went away that it is lost, and marks it as ended', async () => {
    const run = workbench().row('abandoned');
    await workbench().showRuns('sweep');
    await workbench().description(run).getByText('lost').waitFor({ timeout: 90_000 });
    await run.locator('.codicon-issue-draft').waitFor();
    await workbench().session.photograph('6-lost');
    await workbench().chooseFromMenu(run, 'Mark as Ended...');
    const dialog = workbench().page.locator('.monaco-dialog-box');
    await dialog.getByText(/How did abandoned end\?/).waitFor();
    await dialog.getByRole('button', { name: 'Failed' }).click();
    await workbench().description(run).getByText('failed').waitFor();
    await run.locator('.codicon-error').waitFor();
  }).timeout(150_000);
});
