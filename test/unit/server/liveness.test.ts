import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KeptProcesses } from '../../../src/server/liveness/keptProcesses';
import { Liveness } from '../../../src/server/liveness/liveness';

describe('Liveness', () => {
  it('finds the process behind a connection out once, whatever runs it logs to, and again after a while', async () => {
    let now = 1_000_000;
    const asked: number[] = [];
    const liveness = new Liveness(
      undefined,
      () => now,
      (port) => {
        asked.push(port);
        return Promise.resolve(process.ppid);
      },
    );
    const [first, second] = [{ socket: { remotePort: 1 } }, { socket: { remotePort: 2 } }];
    for (const run of ['a', 'b', 'c']) {
      liveness.note(run, first);
      liveness.note(run, first);
    }
    liveness.note('d', second);
    assert.deepEqual(asked, [1, 2]);
    // What was found out for another run holds for this one.
    for (let turns = 0; turns < 10_000 && (await liveness.of('c'))?.process === 'unknown'; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(await liveness.of('b'), { last_sign: now, process: 'alive' });
    now += 30_000;
    liveness.note('a', first);
    assert.deepEqual(asked, [1, 2, 1]);
  });

  it('does not know what cannot be found out', async () => {
    const liveness = new Liveness(undefined, undefined, () => Promise.reject(new Error('no such file')));
    liveness.note('a', { socket: { remotePort: 1 } });
    assert.equal((await liveness.of('a'))?.process, 'unknown');
    assert.equal(await liveness.of('b'), undefined);
  });
});

describe('What is known of runs after the server was started again', () => {
  const here = { host: 'here', boot: 'first', space: '1' };
  const warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) };
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-liveness-'));
    file = path.join(folder, 'processes.json');
    warnings.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const life = (machine = here, now = 1_000) =>
    new Liveness(
      new KeptProcesses(file, () => Promise.resolve(machine), log),
      () => now,
      () => Promise.resolve(process.ppid),
    );

  /** A server to which a script logs a run, until that is kept. */
  async function logTo(server: Liveness, run: string): Promise<void> {
    server.note(run, { socket: { remotePort: 1 } });
    for (let turns = 0; turns < 10_000 && (await server.of(run))?.process === 'unknown'; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await server.close();
  }

  it('is which processes logged to them, those of earlier servers included', async () => {
    await logTo(life(), 'a');
    await logTo(life(), 'b');
    const later = life(here, 9_000);
    assert.deepEqual(await later.of('a'), { last_sign: 1_000, process: 'alive' });
    assert.deepEqual(await later.of('b'), { last_sign: 1_000, process: 'alive' });
    assert.equal(await later.of('c'), undefined);
    later.note('a', { socket: { remotePort: 1 } });
    assert.deepEqual(await later.of('a'), { last_sign: 9_000, process: 'alive' });
    assert.deepEqual(await readdir(folder), ['processes.json']);
  });

  it('is that no process outlives a start of the machine', async () => {
    await logTo(life(), 'a');
    assert.deepEqual(await life({ ...here, boot: 'second' }).of('a'), { last_sign: 1_000, process: 'gone' });
  });

  it('is nothing of another machine, another space of processes, or a file that is not whole', async () => {
    await logTo(life(), 'a');
    assert.equal(await life({ ...here, host: 'there' }).of('a'), undefined);
    assert.equal(await life({ ...here, space: '2' }).of('a'), undefined);
    for (const text of [
      '',
      '{"host":"here"',
      '[]',
      'null',
      '{"host":"here","boot":"first","space":"1","runs":{"a":7}}',
    ]) {
      await writeFile(file, text);
      assert.equal(await life().of('a'), undefined, text);
    }
  });

  it('is not in the way where it cannot be kept', async () => {
    await rm(folder, { recursive: true });
    const server = life();
    await logTo(server, 'a');
    assert.equal((await server.of('a'))?.process, 'alive');
    assert.match(warnings.join(), /could not be kept \(ENOENT/);
  });
});
