import assert from 'node:assert/strict';
import { journey } from './journey';
import { steady } from './pythonScripts';
import { until } from './workbench';

/** Points of `loss` that the server has of a run, by their steps. */
async function storedSteps(server: { url: string; token: string }, runId: string): Promise<number[]> {
  const query = new URLSearchParams({ run_id: runId, metric_key: 'loss', max_results: '10000' });
  const answer = await fetch(`${server.url}/api/2.0/mlflow/metrics/get-history?${query.toString()}`, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  const { metrics } = (await answer.json()) as { metrics: { step: number }[] };
  return metrics.map(({ step }) => Number(step)).sort((a, b) => a - b);
}

journey('Training goes on: a reload, a killed server', { 'steady.py': steady }, (workbench) => {
  const points = 700;

  it('keeps run, panel and server over a reload of the window', async () => {
    await workbench().openLabbook();
    await workbench().openTerminal();
    await workbench().type(`python steady.py night ${points}`);
    await workbench().waitForOutput('logging', 30_000);
    await workbench().showRuns('Default');
    await workbench().row('night').click();
    await workbench().panel.locator('canvas').first().waitFor({ timeout: 30_000 });
    const before = await workbench().session.server();
    await workbench().runCommand('View: Show Explorer');
    const sawWelcome = await workbench().watchForWelcome('No runs yet');
    await workbench().reloadWindow();
    await workbench().openLabbook();
    await workbench().showRuns('Default');
    await workbench().row('night').waitFor();
    await workbench().tab('night').waitFor();
    const canvas = workbench().panel.locator('canvas').first();
    await canvas.waitFor({ timeout: 30_000 });
    await until('the chart is drawn again', async () => (await workbench().pixels(canvas)).drawn > 0);
    const now = await workbench().session.server();
    assert.ok(before && now);
    assert.equal(now.pid, before.pid);
    assert.equal(await sawWelcome(), false, 'the welcome text was there for a moment');
    await workbench().session.photograph('3-after-reload');
  });

  it('brings a killed server back, and nothing is lost', async () => {
    const before = await workbench().session.server();
    assert.ok(before);
    // Whether the script still logs: its newest value is another one soon.
    const description = workbench().description(workbench().row('night'));
    const value = await description.innerText();
    await until('the script still logs', async () => (await description.innerText()) !== value, 5000);
    process.kill(before.pid, 'SIGKILL');
    const now = await until(
      'another server is there',
      async () => {
        const server = await workbench().session.server();
        return server !== undefined && server.pid !== before.pid && server;
      },
      10_000,
    );
    assert.equal(now.url, before.url);
    assert.equal(now.token, before.token);
    await workbench().waitForOutput(/done [0-9a-f]{32}/, 60_000);
    const runId = /done ([0-9a-f]{32})/.exec(await workbench().terminal.innerText())?.[1];
    assert.ok(runId);
    assert.deepEqual(
      await storedSteps(now, runId),
      Array.from({ length: points }, (_, step) => step),
    );
    await workbench().row('night').locator('.codicon-circle-filled').waitFor();
    await workbench().session.photograph('10-server-killed');
  });

  it('finds the runs of a folder that was renamed', async () => {
    await workbench().session.moveFolder('renamed');
    await workbench().openLabbook();
    const notice = workbench()
      .page.locator('.notification-toast')
      .filter({ hasText: /This folder was .*project before/ });
    await notice.waitFor();
    await workbench().session.photograph('10-moved');
    await notice.getByRole('button', { name: 'Use Them' }).click();
    const reload = workbench().page.locator('.notification-toast').filter({ hasText: 'uses the other store' });
    const loaded = workbench().page.waitForEvent('load');
    await reload.getByRole('button', { name: 'Reload Window' }).click();
    await loaded;
    await workbench().session.waitUntilUp();
    await workbench().openLabbook();
    await workbench().showRuns('Default');
    await workbench().row('night').waitFor();
  });
});
