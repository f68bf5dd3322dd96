import assert from 'node:assert/strict';
import { journey } from './journey';
import { two } from './pythonScripts';
import { until } from './workbench';

journey('Several folders, and none', { 'two.py': two }, (workbench) => {
  const openSweep = async (): Promise<void> => {
    await workbench().showRuns('sweep');
    await workbench().runCommand('Labbook: Open Experiment...');
    await workbench().pick('sweep');
    await workbench().waitForPanel();
    await workbench().panel.locator('.lb-row', { hasText: 'lr-0.1' }).waitFor();
  };
  const train = async (): Promise<void> => {
    await until('the shell is ready', async () => /[$#%>]\s*$/.test(await workbench().terminal.innerText()));
    await workbench().type(`python ${workbench().session.folder}/two.py`);
    await workbench().waitForOutput(/done$/, 30_000);
    await workbench().runCommand('View: Toggle Terminal');
  };

  it('have one store: what a script logs in any of the folders is there', async () => {
    await workbench().session.openFolders('first', 'project');
    await workbench().openLabbook();
    await workbench().runCommand('Terminal: Create New Terminal');
    await workbench().pick('project');
    await train();
    await openSweep();
  });

  it('keep views in the first folder, and write an .env where the user says', async () => {
    const { session } = workbench();
    await workbench().runCommand('Labbook: Save View As...');
    await workbench().answer('mine');
    await until('the view is a file', async () => (await session.filesOf('first')).includes('mine.json'));
    await workbench().runCommand('Labbook: Write Tracking Server to .env');
    await workbench().pick('project');
    await until('the file is there', async () => (await session.filesOf('project')).includes('.env'));
    assert.deepEqual(await session.filesOf('first'), ['mine.json']);
    assert.deepEqual((await session.filesOf('project')).includes('mine.json'), false);
    await session.photograph('15-several-folders');
  });

  it('work without a folder, with a store of their own, and say what needs one', async () => {
    const { page, session } = workbench();
    await session.openEmpty();
    await workbench().openLabbook();
    await workbench().section('Experiments').getByText('No runs yet').waitFor();
    await workbench().openTerminal();
    await train();
    await openSweep();
    await workbench().runCommand('Labbook: Save View As...');
    await workbench().answer('mine');
    await page.getByText('Views are kept in the project: open a folder first.').waitFor();
    await page.keyboard.press('Escape');
    await workbench().runCommand('Labbook: Choose Store...');
    await page.getByText('Storage of windows without a folder').waitFor();
    await page.getByText('For every window that has not chosen a store itself').waitFor();
    await session.photograph('15-no-folder');
    await page.keyboard.press('Escape');
  });
});
