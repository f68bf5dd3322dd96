import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ApiError } from '../../../src/core/errors';
import { LocalFolders } from '../../../src/server/artifacts/localFolders';

describe('Local folders for artifacts', () => {
  let base: string;
  let workspace: string;
  let store: string;
  let folders: LocalFolders;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'labbook-folders-')));
    workspace = path.join(base, 'work space');
    // A store in the workspace, as people have it who commit theirs.
    store = path.join(workspace, 'store');
    await mkdir(path.join(store, 'artifacts'), { recursive: true });
    await mkdir(path.join(base, 'data'));
    await mkdir(path.join(base, 'outside'));
    folders = new LocalFolders({ store, workspace, allowed: [path.join(base, 'data')] });
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const refuses = (location: string, why: RegExp, of = folders): Promise<void> =>
    assert.rejects(of.admit(location), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.equal(error.code, 'INVALID_PARAMETER_VALUE');
      assert.match(error.message, why, location);
      return true;
    });

  it('start relative locations at the workspace', async () => {
    for (const [location, expected] of [
      ['mine', `${workspace}/mine`],
      ['./a/b/', `${workspace}/a/b`],
      ['.', workspace],
      [`file:mine`, `file://${workspace.replace(' ', '%20')}/mine`],
    ] as const) {
      assert.equal(await folders.admit(location), expected);
    }
  });

  it('take paths below the workspace, the store’s artifacts and the folders of the setting', async () => {
    for (const location of [
      `${workspace}/new/er`,
      `${base}/data`,
      `file://${base}/data/x`,
      `file:${base}/data/x`,
      `${store}/artifacts/mine`,
    ]) {
      assert.equal(await folders.admit(location), location);
    }
  });

  it('leave what is no path of this machine as it is', async () => {
    for (const location of [
      's3://bucket/x',
      'gs://b/c?d=e',
      'mlflow-artifacts:/x',
      'mlflow-artifacts://h:1/x',
      'dbfs:/x',
      'S3://B',
    ]) {
      assert.equal(await folders.admit(location), location);
      assert.equal(await folders.read(location), undefined);
    }
  });

  it('refuse a path elsewhere and name the setting that would allow it', async () => {
    const elsewhere = [
      '/etc',
      `${base}/outside`,
      `${base}`,
      `file://${base}/outside`,
      `file:${base}/outside`,
      `FILE:${base}`,
    ];
    // The store's own files, its token among them, are nobody's artifacts.
    const inStore = [store, `${store}/journal`, 'store/x', `${base}/data2`, '//proc/self/root/etc'];
    for (const location of [...elsewhere, ...inStore]) {
      await refuses(location, /labbook\.server\.artifactFolders.*--allow-artifacts/);
    }
  });

  it('refuse to climb, whatever it is written as', async () => {
    const climbs = ['../x', 'a/../../x', '%2e%2e/x', '%252e%252e/x', 'file:../x', '..\\x', 'a?/../../x', 'a;/../x'];
    for (const location of [
      ...climbs,
      'a#/../x',
      'C:\\x',
      'C:x',
      'file:///C:/x',
      'file://host/x',
      'x\0',
      'runs:/x',
      'a?b',
      'a;b',
    ]) {
      await refuses(location, /Invalid artifact location|cannot be a runs/);
    }
  });

  it('refuse links that lead out, and follow those that stay in', async () => {
    await symlink(path.join(base, 'outside'), path.join(workspace, 'out'));
    await symlink(path.join(base, 'data'), path.join(workspace, 'in'));
    await symlink(path.join(base, 'nowhere'), path.join(workspace, 'dangling'));
    await symlink('circle', path.join(workspace, 'circle'));
    await refuses('out', /which leads to .*outside, outside the workspace/);
    await refuses('out/deeper', /which leads to/);
    await refuses('dangling/x', /a link leads nowhere/);
    await refuses('circle/x', /a link leads nowhere/);
    assert.equal(await folders.admit('in/x'), `${workspace}/in/x`);
  });

  it('refuse a place below a file', async () => {
    await writeFile(path.join(workspace, 'file'), '');
    await refuses('file', /is no folder/);
    await refuses('file/x', /is no folder/);
  });

  it('keep a percent sign that clients would decode', async () => {
    assert.equal(await folders.admit('a%20b'), `${workspace}/a b`);
    assert.equal(await folders.admit('a%2520b'), `${workspace}/a%2520b`);
    assert.equal(await folders.admit('100%'), `${workspace}/100%`);
  });

  it('refuse relative locations without a workspace, saying what to do', async () => {
    const none = new LocalFolders({ store, workspace: undefined, allowed: [] });
    await refuses('mine', /relative.*--workspace/, none);
    await refuses('/etc', /artifactFolders/, none);
  });

  it('read what is there, and no more once a link or a setting changed', async () => {
    const run = path.join(workspace, 'mine', 'run', 'artifacts');
    await mkdir(run, { recursive: true });
    await writeFile(path.join(run, 'a.txt'), 'text');
    await symlink(path.join(base, 'outside'), path.join(run, 'link'));
    for (const uri of [run, `file://${run.replace(' ', '%20')}`]) {
      const files = await folders.read(uri);
      assert.deepEqual(await files?.list([]), [{ name: 'a.txt', isDirectory: false, size: 4 }]);
    }
    await rm(path.join(workspace, 'mine'), { recursive: true });
    await symlink(path.join(base, 'outside'), path.join(workspace, 'mine'));
    await assert.rejects(folders.read(run), { code: 'PERMISSION_DENIED' });
    await assert.rejects(folders.read(store), { code: 'PERMISSION_DENIED' });
    await assert.rejects(folders.read('relative'), { code: 'PERMISSION_DENIED' });
  });
});
