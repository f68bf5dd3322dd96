import assert from 'node:assert/strict';
import { journey } from './journey';
import { until } from './workbench';

journey('The first day: an existing script', {}, (workbench) => {
  it('says what to do while there are no runs', async () => {
    await workbench().openLabbook();
    await workbench().section('Experiments').getByText('No runs yet').waitFor();
    await workbench().section('Experiments').getByText('import mlflow').waitFor();
    await workbench().session.photograph('1-welcome');
  });

  // How soon, `npm run bench -- latency` measures.
  it('shows a run while its script goes on', async () => {
    await workbench().openTerminal();
    await workbench().type('python train.py --name first --epochs 120 --pause 0.2');
    await workbench().row('first').waitFor({ timeout: 30_000 });
    const server = await workbench().session.server();
    assert.ok(server);
    assert.equal(await statusOf(server, 'first'), 'RUNNING');
  });

  it('shows what the script logs, live', async () => {
    await workbench().expand(workbench().row('first'));
    await workbench().expand(workbench().row('Metrics'));
    await workbench().expand(workbench().row('Parameters'));
    const metric = workbench().description(workbench().row('val/loss'));
    const before = await metric.innerText();
    await until('the value of val/loss changes', async () => (await metric.innerText()) !== before, 3000);
    await workbench().description(workbench().row('optimizer')).getByText('adam').waitFor();
    await workbench().expand(workbench().row('Tags'));
    await workbench().description(workbench().row('model')).getByText('small-cnn').waitFor();
  });

  it('opens the run with a click, and its curve grows', async () => {
    await workbench().row('first').click();
    await workbench().waitForPanel();
    const canvas = workbench().panel.locator('canvas').first();
    await canvas.waitFor({ timeout: 30_000 });
    const pictures = new Set<number>();
    await until(
      'five different pictures of the chart',
      async () => {
        const { drawn, hash } = await workbench().pixels(canvas);
        if (drawn > 0) {
          pictures.add(hash);
        }
        return pictures.size >= 5;
      },
      10_000,
    );
    await workbench().session.photograph('1-live');
  });

  it('shows the artifacts at the end, and opens a text and a picture', async () => {
    await workbench().waitForOutput('View run first', 40_000);
    await workbench().expand(workbench().row('Artifacts'));
    await workbench().row('report.txt').click();
    await workbench().page.locator('.editor-instance .view-lines').getByText('Validation accuracy').waitFor();
    await workbench().expand(workbench().row('plots'));
    await workbench().row('confusion.png').click();
    const image = workbench().panel.locator('img');
    await image.waitFor();
    assert.deepEqual(
      await image.evaluate((element) => element instanceof HTMLImageElement && element.naturalWidth),
      240,
    );
    await workbench().session.photograph('1-artifacts');
  });

  it('opens the run from the link that the client printed', async () => {
    await workbench().closeAllEditors();
    await workbench().followLink('View run first at: ', 'Open the run in Labbook');
    await workbench().tab('first').waitFor();
  });
});

/** As the server has it. */
async function statusOf(server: { url: string; token: string }, name: string): Promise<string | undefined> {
  const answer = await fetch(`${server.url}/api/2.0/mlflow/runs/search`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${server.token}` },
    body: JSON.stringify({ experiment_ids: ['0', '1'], max_results: 100 }),
  });
  const { runs } = (await answer.json()) as { runs: { info: { run_name: string; status: string } }[] };
  return runs.find(({ info }) => info.run_name === name)?.info.status;
}
