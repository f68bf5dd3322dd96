import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { ensureServer } from '../../src/client/serverProcess';
import { artifactUri } from '../../src/host/artifacts/fileSystem';
import { answering } from './answers';
import { commands, execute, labbook, Script, until } from './api';

describe('the extension', () => {
  it('activates, and tells where its server is', async () => {
    const { url, token, storePath } = await (await labbook()).ready();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await (await fetch(`${url}/health`)).text(), 'OK');
    assert.ok(token.length >= 32);
    const discovery = JSON.parse(readFileSync(path.join(storePath, 'server.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(discovery['url'], url);
    assert.equal((await fetch(`${url}/api/2.0/mlflow/experiments/search?max_results=5`)).status, 401);
  });

  it('registers every command', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commands).filter((id) => !known.has(id)),
      [],
    );
  });
});

describe('commands', () => {
  let script: Script;
  let experimentId: string;
  let runId: string;

  before(async () => {
    script = await Script.connect();
    experimentId = await script.experiment(`commands ${Date.now()}`);
    runId = await script.run(experimentId, 'before');
    await script.finish(runId);
  });

  it('rename a run and an experiment', async () => {
    await execute(commands.rename, { runId, name: 'after' });
    assert.equal((await script.read(runId)).info.run_name, 'after');
    const name = `renamed ${Date.now()}`;
    await execute(commands.rename, { experimentId, name });
    const { experiment } = await script.get<{ experiment: { name: string } }>('experiments/get', {
      experiment_id: experimentId,
    });
    assert.equal(experiment.name, name);
  });

  it('set a tag on all selected runs, also where one of them is no longer there', async () => {
    const other = await script.run(experimentId, 'other');
    const tag = { key: 'team', value: 'vision=1' };
    await execute(commands.addTag, { runId: 'f'.repeat(32), ...tag }, [{ runId }, { runId: other }]);
    for (const id of [runId, other]) {
      const { data } = await script.read(id);
      assert.equal(data.tags?.find(({ key }) => key === 'team')?.value, 'vision=1');
    }
    await script.finish(other);
  });

  it('move runs and experiments to the trash and back', async () => {
    await execute(commands.moveToTrash, { runId });
    assert.equal((await script.read(runId)).info.lifecycle_stage, 'deleted');
    await execute(commands.restore, { runId });
    assert.equal((await script.read(runId)).info.lifecycle_stage, 'active');
    const stage = async (): Promise<string> => {
      const query = { experiment_id: experimentId };
      const answer = await script.get<{ experiment: { lifecycle_stage: string } }>('experiments/get', query);
      return answer.experiment.lifecycle_stage;
    };
    await execute(commands.moveToTrash, { experimentId });
    assert.equal(await stage(), 'deleted');
    await execute(commands.restore, { experimentId });
    assert.equal(await stage(), 'active');
  });

  it('create an experiment', async () => {
    const name = `new ${Date.now()}`;
    await execute(commands.newExperiment, { name });
    const query = { experiment_name: name };
    const { experiment } = await script.get<{ experiment: { name: string } }>('experiments/get-by-name', query);
    assert.equal(experiment.name, name);
  });

  it('never touch the run of an item below it', async () => {
    const artifact = { kind: 'artifact', runId, experimentId, path: 'x' };
    // An empty selection in the tree would ask; an item that is no run must end there.
    const asked = vscode.commands.executeCommand(commands.moveToTrash, artifact);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await until('the question is closed', async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return Promise.race([Promise.resolve(asked).then(() => true), new Promise<undefined>((r) => setTimeout(r, 100))]);
    });
    assert.equal((await script.read(runId)).info.lifecycle_stage, 'active');
  });

  it('open a panel for a run once, one for a comparison, and one for an experiment', async () => {
    const other = await script.run(experimentId, 'second');
    const panels = (): vscode.Tab[] =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('labbook.'));
    await execute(commands.openRun, { runId });
    await until('the panel is there', () => (panels().length === 1 ? true : undefined));
    await execute(commands.openRun, { runId });
    await execute(commands.compareSelected, { runId }, [{ runId }, { runId: other }]);
    await execute(commands.openExperiment, { experimentId });
    await until('the others are there', () => (panels().length === 3 ? true : undefined));
    await vscode.window.tabGroups.close(panels());
    await script.finish(other);
  });
});

describe('artifacts', () => {
  it('are files that can be read but not written', async () => {
    const script = await Script.connect();
    const experimentName = `files ${Date.now()}`;
    const experimentId = await script.experiment(experimentName);
    const runId = await script.run(experimentId, 'files');
    const text = Buffer.from('loss,0.5\n€ and ü\n');
    await script.upload(experimentId, runId, 'sub%20folder/r%C3%A9sum%C3%A9.csv', text);
    const uri = artifactUri({ experimentId, runId, path: 'sub folder/résumé.csv' });
    assert.deepEqual(Buffer.from(await vscode.workspace.fs.readFile(uri)), text);
    assert.equal((await vscode.workspace.fs.stat(uri)).size, text.length);
    const folder = artifactUri({ experimentId, runId, path: 'sub folder' });
    assert.deepEqual(await vscode.workspace.fs.readDirectory(folder), [['résumé.csv', vscode.FileType.File]]);
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.getText(), /€ and ü/);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, new Uint8Array()));
    await assert.rejects(async () => vscode.workspace.fs.readFile(artifactUri({ experimentId, runId, path: 'none' })));
    await execute(commands.openArtifact, { runId, path: 'sub folder/résumé.csv' });
    await until('the editor is open', () =>
      vscode.window.visibleTextEditors.find(
        ({ document: { uri: shown } }) =>
          shown.path === `/${experimentName}~${experimentId}/files~${runId}/sub folder/résumé.csv`,
      ),
    );
    await script.finish(runId);
  });
});

/** What a new terminal has of the tracking environment: address and token. */
async function environmentOfTerminal(): Promise<string> {
  const out = path.join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'environment.txt');
  rmSync(out, { force: true });
  const terminal = vscode.window.createTerminal({ name: 'environment' });
  try {
    terminal.sendText(`echo "[$MLFLOW_TRACKING_URI $MLFLOW_TRACKING_TOKEN]" > '${out}'`);
    return await until(
      'the terminal wrote its environment',
      () => {
        try {
          return /\[(.*)\]/.exec(readFileSync(out, 'utf8'))?.[1];
        } catch {
          return undefined;
        }
      },
      15_000,
    );
  } finally {
    terminal.dispose();
  }
}

describe('scripts', () => {
  it('get the server from new terminals', async () => {
    const { url, token } = await (await labbook()).ready();
    assert.equal(await environmentOfTerminal(), `${url} ${token}`);
  });

  it('get it from terminals that open before it answers', async () => {
    const api = await labbook();
    const { url, token, storePath } = await api.ready();
    await execute(commands.stopServer);
    await until('terminals are without a server', async () => (await environmentOfTerminal()) === ' ', 15_000);
    // One that is there but does not answer holds the window in its start.
    const cliPath = path.join(
      vscode.extensions.getExtension('labbook.labbook')?.extensionPath ?? '',
      'dist/labbook.cjs',
    );
    const preferPort = Number(new URL(url).port);
    const { pid } = await ensureServer({ storeFolder: storePath, cliPath, preferPort, idleExitMinutes: 5 });
    process.kill(pid, 'SIGSTOP');
    let restarted: Promise<void>;
    try {
      restarted = execute(commands.restartServer);
      await until(
        'a terminal knows the server',
        async () => (await environmentOfTerminal()) === `${url} ${token}`,
        15_000,
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await restarted;
    assert.equal((await api.ready()).url, url);
  });
});

describe('a tracking server that the user chose', () => {
  const setting = `terminal.integrated.env.${process.platform === 'darwin' ? 'osx' : 'linux'}`;
  const configure = (key: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);

  afterEach(async () => {
    await configure(setting, undefined);
    await configure('labbook.terminals.asyncLogging', undefined);
    const { url, token } = await (await labbook()).ready();
    await until('terminals log to Labbook', async () => (await environmentOfTerminal()) === `${url} ${token}`, 15_000);
  });

  it('is left alone, which is said once', async () => {
    const uri = `http://team.example:${Date.now() % 10_000}`;
    const asked = await answering(
      'showInformationMessage',
      () => undefined,
      async () => {
        await configure(setting, { MLFLOW_TRACKING_URI: uri });
        await until('terminals log there', async () => (await environmentOfTerminal()) === `${uri} `, 15_000);
        // Another reason to set the environment of terminals is none to say it again.
        await configure('labbook.terminals.asyncLogging', true);
        await execute(commands.restartServer);
        await (await labbook()).ready();
      },
    );
    const texts = asked.map(([text]) => String(text)).filter((text) => text.includes(uri));
    assert.equal(texts.length, 1);
    assert.match(texts[0] ?? '', /^Your terminal settings let scripts log to .*Labbook leaves that as it is/);
    assert.equal(await environmentOfTerminal(), `${uri} `);
  });

  it('gives way where the user says so', async () => {
    const uri = `http://other.example:${Date.now() % 10_000}`;
    const { url, token } = await (await labbook()).ready();
    let isAsked = false;
    await answering(
      'showInformationMessage',
      (text, button) => {
        isAsked ||= String(text).includes(uri);
        return String(text).includes(uri) ? button : undefined;
      },
      async () => {
        await configure(setting, { MLFLOW_TRACKING_URI: uri });
        await until('the user is asked', () => isAsked || undefined);
        await until('Labbook has them', async () => (await environmentOfTerminal()) === `${url} ${token}`, 15_000);
      },
    );
  });
});

describe('the server', () => {
  it('comes back by itself after it was killed, at the same address, with everything', async () => {
    const api = await labbook();
    const script = await Script.connect();
    const runId = await script.run('0', 'survivor');
    await script.logMetric(runId, 'loss', 0.25, 7);
    const { storePath, url } = await api.ready();
    const pidOf = (): number | undefined => {
      try {
        return (JSON.parse(readFileSync(path.join(storePath, 'server.json'), 'utf8')) as { pid: number }).pid;
      } catch {
        // Between two servers there is none.
        return undefined;
      }
    };
    const before = pidOf();
    assert.ok(before);
    process.kill(before, 'SIGKILL');
    await until('another server runs', () => [pidOf()].find((pid) => pid !== undefined && pid !== before), 15_000);
    const now = await until('it is ready', () => api.ready(), 15_000);
    assert.equal(now.url, url);
    assert.equal((await (await Script.connect()).read(runId)).info.run_name, 'survivor');
    await script.finish(runId);
  });

  it('stops and starts by command', async () => {
    const api = await labbook();
    const { url } = await api.ready();
    await execute(commands.stopServer);
    await assert.rejects(fetch(`${url}/health`));
    await assert.rejects(api.ready(), /stopped/);
    await execute(commands.restartServer);
    assert.equal((await api.ready()).url, url);
    assert.equal(await (await fetch(`${url}/health`)).text(), 'OK');
  });
});
