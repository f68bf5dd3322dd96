import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { journey } from './journey';
import { registering } from './pythonScripts';
import { until } from './workbench';

/** Runs that the tree does not load at once. */
const moreThanAPage = 205;

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

  it('has keys act on the model or version with the focus, not on the one that is selected', async () => {
    const list = workbench().section('Models').locator('.monaco-list');
    await workbench().row('v1', { section: 'Models' }).click();
    // Newest first: the focus goes to v2, v1 stays selected.
    await list.press('ArrowUp');
    await list.press('ControlOrMeta+C');
    await workbench().page.locator('.statusbar').getByText('Copied models:/digits-net/2.').waitFor();
    await list.press('ArrowUp');
    await list.press('F2');
    const box = workbench().page.locator('.quick-input-widget input[type=text]');
    await box.waitFor();
    await until('the model is to be renamed', async () => (await box.inputValue()) === 'digits-net');
    await workbench().page.keyboard.press('Escape');
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

  it('sorts the runs, and keeps their order when all is read afresh', async () => {
    const names = async (): Promise<string[]> => {
      const rows = await Promise.all(
        ['run-1', 'run-2', 'run-3'].map(async (name) => ({
          name,
          top: (await workbench().row(name).boundingBox())?.y ?? NaN,
        })),
      );
      return rows.sort((a, b) => a.top - b.top).map(({ name }) => name);
    };
    assert.deepEqual(await names(), ['run-3', 'run-2', 'run-1']);
    await workbench().runCommand('Labbook: Sort Runs by...');
    await workbench().pick('Primary metric, highest first');
    await until('the highest loss comes first', async () => (await names()).join() === 'run-1,run-2,run-3');
    await workbench().runCommand('Labbook: Refresh');
    await workbench().row('run-1').waitFor();
    assert.deepEqual(await names(), ['run-1', 'run-2', 'run-3']);
    await workbench().runCommand('Labbook: Sort Runs by...');
    await workbench().pick('Newest first');
    await until('the newest comes first', async () => (await names()).join() === 'run-3,run-2,run-1');
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

  it('hides what would change a store that can only be read', async () => {
    const settings = path.join(workbench().session.folder, '.vscode', 'settings.json');
    const menuOf = async (row: string): Promise<string[]> => {
      await workbench().row(row).click({ button: 'right' });
      const labels = workbench().page.locator('.context-view .action-label');
      await labels.filter({ hasText: /^Copy ID$/ }).waitFor();
      const texts = await labels.allInnerTexts();
      await workbench().page.keyboard.press('Escape');
      return texts.map((text) => text.trim());
    };
    assert.ok((await menuOf('run-1')).includes('Rename...'));
    await mkdir(path.dirname(settings), { recursive: true });
    await writeFile(settings, '{ "labbook.server.readOnly": true }');
    const said = workbench().section('Experiments').getByText('this workspace · read-only');
    await said.waitFor();
    await workbench().row('run-1').waitFor();
    const left = await menuOf('run-1');
    assert.deepEqual(
      left.filter((entry) => /^(Rename|Add Tag|Edit Notes|Change Colour|Move to Trash|Register)/.test(entry)),
      [],
    );
    assert.ok(left.includes('Open Run'));
    await workbench().session.photograph('7-read-only');
    await rm(settings);
    await said.waitFor({ state: 'detached' });
    await until('writes are offered again', async () => (await menuOf('run-1')).includes('Rename...'));
  });

  it('deletes for good after saying what goes', async () => {
    await workbench().row('run-3').click();
    await workbench().tab('run-3').waitFor();
    await workbench().row('run-3').press('Delete');
    await workbench().row('run-3').waitFor({ state: 'detached' });
    await workbench().row('run-2').click();
    await workbench().tab('run-2').waitFor();
    await workbench().row('run-2').press('Delete');
    await workbench().row('run-2').waitFor({ state: 'detached' });
    await workbench().openSection('Trash');
    const deleted = workbench().row('run-3', { section: 'Trash' });
    await deleted.waitFor();
    const other = workbench().row('run-2', { section: 'Trash' });
    // The key is for the row with the focus.
    await other.click();
    const trash = workbench().section('Trash');
    await trash.locator('.monaco-list').press('End');
    const focused = trash.locator('.monaco-list-row.focused').filter({ hasText: 'run-3' });
    await focused.waitFor();
    await workbench().page.keyboard.press('Delete');
    await workbench().page.locator('.monaco-dialog-box').getByText('run-3').waitFor();
    await workbench().page.keyboard.press('Escape');
    await workbench().chooseFromMenu(other, 'Restore');
    await other.waitFor({ state: 'detached' });
    await workbench().runCommand('Labbook: Empty Trash...');
    const dialog = workbench().page.locator('.monaco-dialog-box');
    await dialog.getByText(/Delete this run for good and free/).waitFor();
    await workbench().session.photograph('7-empty-trash');
    await dialog.getByRole('button', { name: 'Delete for Good' }).click();
    await deleted.waitFor({ state: 'detached' });
  });

  it('loads more runs by a click on the last row', async () => {
    const server = await until('the server is there', () => workbench().session.server());
    const post = async (endpoint: string, body: object): Promise<Response> => {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${server.token}` };
      const url = `${server.url}/api/2.0/mlflow/${endpoint}`;
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.ok(answer.ok);
      return answer;
    };
    const created = await post('experiments/create', { name: 'many' });
    const { experiment_id: experimentId } = (await created.json()) as { experiment_id: string };
    for (let n = 1; n <= moreThanAPage; n += 1) {
      await post('runs/create', { experiment_id: experimentId, run_name: `many-${n}`, start_time: n });
    }
    await workbench().showRuns('many');
    await workbench().row(`many-${moreThanAPage}`).waitFor();
    // Runs that came while the tree looked on are all there; read afresh, it has a page of them.
    await workbench().runCommand('Labbook: Refresh');
    const list = workbench().section('Experiments').locator('.monaco-list');
    await list.press('End');
    const more = workbench().row('Load more runs');
    await more.click();
    await more.waitFor({ state: 'detached' });
    await list.press('End');
    await workbench().row('many-1').waitFor();
    await post('experiments/delete', { experiment_id: experimentId });
    await workbench().row('many', { level: 1 }).waitFor({ state: 'detached' });
    await workbench().showRuns('digits');
  });
});
