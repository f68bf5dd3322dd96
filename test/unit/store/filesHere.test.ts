import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realFiles, type StoreFiles, systemCode } from '../../../src/server/store/files';
import { filesHere } from '../../../src/server/store/filesHere';

/** What came of an operation, for comparing: its result, or the system's code. */
async function outcome(operation: () => Promise<unknown>): Promise<unknown> {
  try {
    return await operation();
  } catch (error) {
    return systemCode(error) ?? error;
  }
}

const bytes = Buffer.from('{"a":1}\n');

async function make(files: StoreFiles, file: string, how: 'create' | 'exclusive'): Promise<void> {
  const opened = await files.open(file, how);
  try {
    await opened.append(bytes);
    await opened.append(bytes);
    await opened.sync();
    await opened.truncate(bytes.length);
    await opened.append(Buffer.from('x'));
  } finally {
    await opened.close();
  }
}

/** Everything that a start does, also where it fails. */
async function walk(files: StoreFiles, folder: string): Promise<unknown[]> {
  const at = (name: string): string => path.join(folder, name);
  const said: unknown[] = [];
  const say = async (operation: () => Promise<unknown>): Promise<void> => void said.push(await outcome(operation));
  await say(() => files.makeFolder(at('deep/inside')));
  await say(() => files.makeFolder(at('deep/inside')));
  await say(() => make(files, at('one'), 'exclusive'));
  await say(() => make(files, at('one'), 'exclusive'));
  await say(() => make(files, at('made'), 'create'));
  await say(() => make(files, at('missing/one'), 'exclusive'));
  await say(() => files.makeFolder(at('one')));
  await say(async () => Buffer.from(await files.read(at('one'))).toString());
  await say(async () => Buffer.from(await files.read(at('made'))).toString());
  await say(() => files.read(at('none')));
  await say(() => files.readInPieces(at('one')));
  await say(() => files.readInPieces(at('none')));
  await say(() => files.readInPieces(folder));
  await say(() => files.read(folder));
  await say(() => files.link(at('one'), at('two')));
  await say(() => files.link(at('one'), at('two')));
  await say(async () => (await files.facts(at('one')))?.inode === (await files.facts(at('two')))?.inode);
  await say(async () => (await files.facts(at('two')))?.size);
  await say(async () => Math.abs(((await files.facts(at('two')))?.modified ?? 0) - Date.now()) < 60_000);
  await say(() => files.facts(at('none')));
  await say(() => files.touch(at('two')));
  await say(() => files.touch(at('none')));
  await say(() => files.rename(at('two'), at('three')));
  await say(() => files.rename(at('two'), at('three')));
  await say(() => files.remove(at('three')));
  await say(() => files.remove(at('three')));
  await say(async () => path.basename(await files.realpath(at('link'))));
  await say(() => files.realpath(at('none')));
  await say(async () => (await files.list(folder)).sort());
  await say(() => files.list(at('none')));
  for (const name of ['one', 'made', 'deep', 'deep/inside']) {
    said.push((await stat(at(name))).mode & 0o777);
  }
  return said;
}

describe("Store: a start's operations on files", () => {
  it('do and say the same as those of later', async () => {
    const said: unknown[][] = [];
    for (const files of [realFiles, filesHere]) {
      const folder = await mkdtemp(path.join(tmpdir(), 'labbook-here-'));
      try {
        await symlink(path.join(folder, 'one'), path.join(folder, 'link'));
        said.push(await walk(files, folder));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
    assert.deepEqual(said[1], said[0]);
    assert.ok(said[0]?.includes('EEXIST') && said[0].includes('ENOENT'), 'what fails is looked at, too');
  });
});
