import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { journey } from './journey';
import { registering } from './pythonScripts';
import { until } from './workbench';

journey('The side bar: models, filter, notes, trash, status bar', { 'registering.py': registering }, (workbench) => {
  it('lists a registered model with the runs that made its versions', async () => {
    await workbench().openLabbook();
    await workbench().openTerminal();
    await workbench().type('python registering.py');
    await workbench().waitForOutput(/done$/, 30_000);
    await workbench().showRuns('digits');
    await workbench().openSection('Models');
    const model = workbench().row('digits-net', { section: 'Models' });
    await workbench().description(model).getByText('2 versions').waitFor();
    await workbench().expand(model);
    const newest = workbench().row('v2', { section: 'Models' });
    await workbench().description(newest).getByText('run-2').waitFor();
  });

  it('gives a version an alias and a stage, and opens its run', async () => {
    const version = workbench().row('v1', { section: 'Models' });
    await workbench().chooseFromMenu(version, 'Set Alias...');
    await workbench().answer('champion');
    await workbench().description(version).getByText('@champion').waitFor();
    await workbench().chooseFromMenu(version, 'Change Stage...');
    await workbench().pick('Production');
    await workbench().description(version).getByText('Production').waitFor();
    await version.click();
    await workbench().tab('run-1').waitFor();
    await workbench().waitForPanel();
    await workbench().session.photograph('7-models');
  });

  it('filters the runs, says so, and shows all again', async () => {
    await workbench().runCommand('Labbook: Filter Runs...');
    await workbench().answer('metrics.loss < 0.3 or params.optimizer = "none"');
    await workbench().row('run-3').waitFor();
    await workbench().row('run-1').waitFor({ state: 'detached' });
    await workbench().section('Experiments').getByText('metrics.loss < 0.3').waitFor();
    await workbench().session.photograph('7-filter');
    await workbench().runCommand('Labbook: Clear Filter');
    await workbench().row('run-1').waitFor();
  });

  it('groups the runs by a parameter', async () => {
    await workbench().runCommand('Labbook: Group Runs by...');
    await workbench().pick('optimizer');
    const group = workbench().row('optimizer = sgd');
    await workbench().expand(group);
    await workbench().row('run-2').waitFor();
    await workbench().session.photograph('7-groups');
    await workbench().runCommand('Labbook: Group Runs by...');
    await workbench().pick('No groups');
    await group.waitFor({ state: 'detached' });
  });

  it('keeps a note that is written in an editor', async () => {
    await workbench().chooseFromMenu(workbench().row('run-1'), 'Edit Notes');
    await workbench().tab('Notes on run-1.md').waitFor();
    await workbench().page.keyboard.type('Learns **slowly**.');
    await workbench().page.keyboard.press('ControlOrMeta+S');
    await workbench().type('python registering.py note');
    await workbench().waitForOutput('note: Learns **slowly**.', 30_000);
  });

  it('tells of itself without secrets', async () => {
    await workbench().runCommand('Labbook: Show Diagnostics');
    await workbench().tab('Labbook diagnostics.md').waitFor();
    const editor = workbench().page.locator('.editor-instance .view-lines').last();
    await until('the text is there', async () =>
      (await editor.innerText()).replaceAll('\u00a0', ' ').includes('State: ready'),
    );
    const server = await workbench().session.server();
    assert.ok(server && !(await editor.innerText()).includes(server.token));
    await workbench().session.photograph('7-diagnostics');
  });

  it('writes the tracking server into .env, which Git ignores, only when asked', async () => {
    const { folder } = workbench().session;
    const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8').catch(() => '');
    assert.equal(await read('.env'), '');
    await workbench().runCommand('Labbook: Write Tracking Server to .env');
    await until('.env is written', async () => (await read('.env')).includes('MLFLOW_TRACKING_TOKEN='));
    assert.match(await read('.gitignore'), /^\.env$/m);
  });

  it('lists running runs in the status bar’s menu', async () => {
    await workbench().type('python registering.py wait');
    const entry = workbench().page.locator('.statusbar-item').filter({ hasText: '1 running' });
    await entry.waitFor();
    await entry.click();
    await workbench().page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'live' }).first().waitFor();
    await workbench().session.photograph('7-status');
    await workbench().page.keyboard.press('Escape');
    await workbench().terminal.click();
    await workbench().page.keyboard.press('Enter');
    await entry.waitFor({ state: 'detached' });
  });

  it('deletes for good after saying what goes', async () => {
    await workbench().row('run-3').click();
    await workbench().row('run-3').press('Delete');
    await workbench().row('run-3').waitFor({ state: 'detached' });
    await workbench().openSection('Trash');
    const deleted = workbench().row('run-3', { section: 'Trash' });
    await deleted.waitFor();
    await workbench().runCommand('Labbook: Empty Trash...');
    const dialog = workbench().page.locator('.monaco-dialog-box');
    await dialog.getByText(/Delete this run for good and free/).waitFor();
    await workbench().session.photograph('7-empty-trash');
    await dialog.getByRole('button', { name: 'Delete for Good' }).click();
    await deleted.waitFor({ state: 'detached' });
  });
});
