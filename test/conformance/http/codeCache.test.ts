import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { labbookCli } from '../../fakes/labbookServer';

/** The command line with a cache folder of its own. */
describe('compiled code that the server keeps', function () {
  this.timeout(60_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;
  /** The files of a bundle's compiled code. */
  const kept = (bundle: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => path.basename(name).startsWith(`${bundle}-`) && name.endsWith('.bin'),
    );
  const answersVersion = (): void => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [labbookCli, '--version'], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d+\.\d+\.\d+/);
  };

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'labbook-code-'));
    env = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, HOME: folder };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is saved once each part of the server is up, and used or, where it is torn, passed over', async () => {
    const args = [labbookCli, 'serve', '--store', path.join(folder, 'store')];
    const server = spawn(process.execPath, args, { env, stdio: 'ignore' });
    try {
      for (const bundle of ['server', 'later']) {
        for (const end = Date.now() + 30_000; kept(bundle).length === 0; await delay(100)) {
          assert.ok(Date.now() < end, `nothing of ${bundle} was saved`);
        }
      }
    } finally {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
    }
    answersVersion();
    const [name = ''] = kept('server');
    const whole = readFileSync(path.join(folder, name));
    assert.ok(whole.length > 100_000);
    for (const torn of [whole.subarray(0, 1000), Buffer.alloc(whole.length), Buffer.alloc(0)]) {
      writeFileSync(path.join(folder, name), torn);
      answersVersion();
    }
  });

  it('is not missed where it cannot be saved', () => {
    const { status, stderr } = spawnSync(process.execPath, [labbookCli, '--version'], {
      env: { ...env, XDG_CACHE_HOME: path.join(labbookCli, 'no folder'), LOCALAPPDATA: labbookCli },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });
});
