import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { labbook, until } from './api';

interface Environment {
  uri?: string;
  token?: string;
}

/** What makes the editor's own executable a Node in the desktop version. */
const asNode = { ELECTRON_RUN_AS_NODE: '1' };

/** A program that writes the tracking environment that it sees into a file. */
const program = (report: string): string =>
  `require('fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify({` +
  `uri: process.env.MLFLOW_TRACKING_URI, token: process.env.MLFLOW_TRACKING_TOKEN }));`;

describe('beside terminals, scripts get the tracking environment', () => {
  let folder: string;
  let expected: Environment;
  let node: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lbs-'));
    const { url, token } = await (await labbook()).ready();
    expected = { uri: url, token };
    node = process.execPath;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(report: string): Environment | undefined {
    const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
    return text === '' ? undefined : (JSON.parse(text) as Environment);
  }

  function save(name: string): { script: string; report: string } {
    const script = path.join(folder, `${name}.js`);
    const report = path.join(folder, `${name}.json`);
    writeFileSync(script, program(report));
    return { script, report };
  }

  it('in a task', async () => {
    const { script, report } = save('task');
    const execution = new vscode.ProcessExecution(node, [script], { env: asNode });
    const task = new vscode.Task({ type: 'process' }, vscode.TaskScope.Workspace, 'environment', 'test', execution);
    const running = await vscode.tasks.executeTask(task);
    try {
      assert.deepEqual(await until('the task has run', () => read(report), 15_000), expected);
    } finally {
      running.terminate();
    }
  });

  it('in a debug session, where the user chose no server', async () => {
    const { script, report } = save('debug');
    await debug(script, asNode);
    assert.deepEqual(await until('the program has run', () => read(report), 15_000), expected);
  });

  it("but keep the user's own choice in a debug session", async () => {
    const { script, report } = save('own');
    await debug(script, { ...asNode, MLFLOW_TRACKING_URI: 'http://other:1' });
    assert.deepEqual(await until('the program has run', () => read(report), 15_000), { uri: 'http://other:1' });
  });

  async function debug(script: string, env: Record<string, string>): Promise<void> {
    const started = await vscode.debug.startDebugging(undefined, {
      name: 'test',
      type: 'node',
      request: 'launch',
      runtimeExecutable: node,
      program: script,
      console: 'internalConsole',
      env,
    });
    assert.ok(started, 'the debug session starts');
  }
});
