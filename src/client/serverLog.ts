import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';

const rotateBytes = 5_000_000;
/** Of what a server wrote since it was started, looked at when it ends. */
const readBytes = 16_384;
const lastLines = 5;

/** Where a store's server writes what it has to say. */
export function serverLogFile(storeFolder: string): string {
  return path.join(storeFolder, 'server.log');
}

/** The log of one server process: appended to the store's, which begins anew beyond 5 MB (the old one stays as `.1`). */
export class ServerLog {
  private constructor(
    readonly file: string,
    /** For the process to write to; to be closed by who opened the log. */
    readonly handle: FileHandle,
    private readonly start: number,
    /** Whether it is in the system's temporary folder, for this start alone. */
    private readonly temporary = false,
  ) {}

  static async open(storeFolder: string): Promise<ServerLog> {
    const file = serverLogFile(storeFolder);
    try {
      await rotate(file);
      const handle = await open(file, 'a', 0o600);
      return new ServerLog(file, handle, (await handle.stat()).size);
    } catch {
      // The store may be on something that is read-only; the server itself then says so.
      const other = path.join(os.tmpdir(), `labbook-server-${randomBytes(6).toString('hex')}.log`);
      return new ServerLog(other, await open(other, 'ax', 0o600), 0, true);
    }
  }

  /** Once nobody reads it any more. The server writes on to a temporary one, which is gone with it. */
  async release(): Promise<void> {
    if (this.temporary) {
      // Some systems do not let go of a file that is in use: theirs to tidy up then.
      await rm(this.file, { force: true }).catch(() => undefined);
    }
  }

  /** Why the server ended, as far as it said: the error that it threw, else its last lines; empty where it wrote none. */
  lastWords(): string {
    const lines = this.read()
      .split('\n')
      .map((line) => line.replace(/^labbook: /, '').trim())
      .filter((line) => line !== '');
    const thrown = lines.find((line) => /^\w*Error: /.test(line));
    return thrown ?? lines.slice(-lastLines).join('\n');
  }

  /** The address that the server said it listens at; with its token where the store could not keep that. */
  servedAt(): { url: string; token: string | undefined } | undefined {
    const pattern = / at (http:\/\/127\.0\.0\.1:\d{1,5})(?: \(read-only store; token ([\w-]+)\))?$/m;
    const [, url, token] = pattern.exec(this.read()) ?? [];
    return url === undefined ? undefined : { url, token };
  }

  private read(): string {
    let file: number | undefined;
    try {
      file = openSync(this.file, 'r');
      const buffer = Buffer.alloc(readBytes);
      const from = Math.max(this.start, fstatSync(file).size - readBytes);
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, readBytes, from));
    } catch {
      return '';
    } finally {
      if (file !== undefined) {
        closeSync(file);
      }
    }
  }
}

async function rotate(file: string): Promise<void> {
  try {
    if ((await stat(file)).size > rotateBytes) {
      await rename(file, `${file}.1`);
    }
  } catch {
    // Not there yet; or, on Windows, in use: then it grows until the next start.
  }
}
