import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readOrMakeToken } from '../../../src/server/discovery';

describe('the token of a store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-token-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made once, and only where it can be kept', async () => {
    const first = await readOrMakeToken(folder, false);
    assert.deepEqual(await readOrMakeToken(folder, false), first);
    assert.equal(first.kept, true);
    await rm(path.join(folder, 'token'));
    const unkept = await readOrMakeToken(folder, true);
    assert.equal(unkept.kept, false);
    assert.notEqual(unkept.token, first.token);
    await assert.rejects(readFile(path.join(folder, 'token')), { code: 'ENOENT' });
  });

  it('stays out of the Git of a project that the store lies in, the runs do not', async () => {
    execFileSync('git', ['init', '-q', folder]);
    const store = path.join(folder, 'runs');
    await mkdir(path.join(store, 'artifacts', '1'), { recursive: true });
    await readOrMakeToken(store, false);
    const files = ['server.json', 'lock', 'catalog.sqlite', 'artifacts/1/token'];
    await Promise.all(files.map((file) => writeFile(path.join(store, file), 'x')));
    const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.deepEqual(listed.trim().split('\n').sort(), [
      'runs/.gitignore',
      'runs/artifacts/1/token',
      'runs/catalog.sqlite',
    ]);
  });

  it('leaves a .gitignore that is there as it is', async () => {
    const file = path.join(folder, '.gitignore');
    await writeFile(file, '*\n');
    await readOrMakeToken(folder, false);
    assert.equal(await readFile(file, 'utf8'), '*\n');
  });
});
