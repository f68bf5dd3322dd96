import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { open, rename, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Discovery } from '../protocol/extras';
import { systemCode } from './store/files';

/**
 * What of a store is not for a project's Git, where the store lies in one: the token, and what tells of this machine's processes. The
 * runs themselves may be committed.
 */
const ignored = '/token\n/server.json\n/server.log\n/lock\n/processes.json\n/*.tmp\n';

/**
 * The store's token: made once and kept in `<store>/token` (mode 0600), so that scripts that were running when a server was
 * killed go on logging to the next one. In a store that cannot be written to it lasts as long as the process.
 * @returns the token, and whether it is in the file
 */
export async function readOrMakeToken(folder: string, readOnly: boolean): Promise<{ token: string; kept: boolean }> {
  const file = path.join(folder, 'token');
  const kept = readToken(file);
  if (kept !== undefined) {
    return { token: kept, kept: true };
  }
  const token = randomBytes(32).toString('base64url');
  if (!readOnly) {
    // Before the token, so that it is never there without; one that is there is the user's.
    await writeFile(path.join(folder, '.gitignore'), ignored, { flag: 'wx', mode: 0o600 }).catch(() => undefined);
    await replaceFile(file, `${token}\n`);
  }
  return { token, kept: !readOnly };
}

/** `<store>/server.json`, by which clients find a listening server. */
export class DiscoveryFile {
  private readonly file: string;

  constructor(folder: string) {
    this.file = path.join(folder, 'server.json');
  }

  async write(discovery: Discovery): Promise<void> {
    await replaceFile(this.file, `${JSON.stringify(discovery)}\n`);
  }

  /** Call it only while the store's lock is held: the file is then this process's, or a leftover. */
  async remove(): Promise<void> {
    try {
      // `rm` takes Node ten times as long to get ready.
      await unlink(this.file);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') {
        throw error;
      }
    }
  }
}

function readToken(file: string): string | undefined {
  try {
    if (!lstatSync(file).isFile()) {
      return undefined;
    }
    const text = readFileSync(file, 'utf8').trim();
    return /^[\w-]{43}$/.test(text) ? text : undefined;
  } catch {
    // Not there, not readable or torn: a new one is made.
    return undefined;
  }
}

/** Writes a file that only its owner may read; whoever looks sees the old one or the new one, whole. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
