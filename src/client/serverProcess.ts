import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { extrasPrefix } from '../protocol/extras';
import { findServer, probe, readDiscovery, readToken } from './discovery';
import { HttpClient } from './http';
import { ServerLog } from './serverLog';
import type { RunningServer, ServerOptions } from './serverTypes';

/** A server is given this long to answer, or to end. */
const startLimit = 15_000;
const stopLimit = 15_000;
const pollMilliseconds = 50;
/** The holder of a store may end just then; one that is not seen here (on another machine, say) does not. */
const mostTries = 3;

/**
 * What kept a server from running: another process has the store, it is damaged, the disk is full, its folder cannot be made, the server
 * does not answer or does not end.
 */
export type ServerFault = 'held' | 'damaged' | 'full' | 'folder' | 'silent' | 'stays' | 'other';

/** The server could not be started, or did not end; `message` says why in English and is fit to show, `fault` is for a translation. */
export class ServerProcessError extends Error {
  override readonly name = 'ServerProcessError';

  constructor(
    message: string,
    readonly fault: ServerFault,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** By the words that the server promises (its last ones, as it gave up). */
function faultOf(words: string): ServerFault {
  if (/\bprocess \d+/.test(words)) {
    return 'held';
  }
  if (/\b(?:damaged|torn|checksum)\b/.test(words)) {
    return 'damaged';
  }
  return /\bdisk\b.*\bfull\b/.test(words) ? 'full' : /did not answer within/.test(words) ? 'silent' : 'other';
}

/**
 * Finds the store's server or starts one, detached, so that it outlives this window. When several windows start one at the same
 * time, one gets the store and all find it.
 * @throws ServerProcessError with the server's own last words where it ends instead of answering; the signal's reason
 */
export async function ensureServer(options: ServerOptions): Promise<RunningServer> {
  const { signal, onProgress } = options;
  const storeFolder = path.resolve(options.storeFolder);
  const found = await findServer(storeFolder, signal);
  if (found) {
    return found;
  }
  onProgress?.('starting');
  await makeFolder(storeFolder);
  const preferPort = options.preferPort ?? (await lastPort(storeFolder));
  const deadline = Date.now() + startLimit;
  for (let tries = 1; ; tries++) {
    const attempt = await Attempt.begin({ ...options, storeFolder }, preferPort);
    const server = await attempt.wait(deadline, signal);
    if (server) {
      return server;
    }
    const reason = attempt.reason();
    // It gave way to another process: a window's that was faster, or a server that is just ending.
    const holder = /\bprocess (\d+)/.exec(reason)?.[1];
    if (holder === undefined) {
      throw new ServerProcessError(reason, faultOf(reason));
    }
    onProgress?.('waiting');
    const other = await waitForOther(storeFolder, Number(holder), deadline, signal);
    if (other) {
      return other;
    }
    if (tries === mostTries || Date.now() > deadline) {
      throw new ServerProcessError(reason, faultOf(reason));
    }
  }
}

/**
 * Asks a server to end cleanly and waits until its process is gone, so that another can have the store.
 * @throws ServerProcessError where it is still there after 15 s
 */
export async function stopServer(server: RunningServer, signal?: AbortSignal): Promise<void> {
  const http = new HttpClient(server.address);
  try {
    const path = `${extrasPrefix}/shutdown`;
    await http.json({ method: 'POST', path, body: {}, read: false, timeout: 5_000, ...(signal ? { signal } : {}) });
  } catch {
    // Gone already, or not able to answer; a signal reaches it too. What counts is whether it ends.
    signal?.throwIfAborted();
    endProcess(server.pid);
  } finally {
    http.dispose();
  }
  const deadline = Date.now() + stopLimit;
  while (isAlive(server.pid)) {
    if (Date.now() > deadline) {
      throw new ServerProcessError(`The tracking server (process ${server.pid}) does not end.`, 'stays');
    }
    await pause(signal);
  }
}

/** One process that was started, until it answers or ends. */
class Attempt {
  private failure: string | undefined;
  /** The server's last ones. */
  private words = '';

  private constructor(
    private readonly storeFolder: string,
    private readonly child: ChildProcess,
    private readonly log: ServerLog,
  ) {
    child.once('error', (error) => (this.failure = `The tracking server cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => (this.failure ??= `It ended with ${signal ?? `code ${code ?? '?'}`}.`));
    child.unref();
  }

  static async begin(options: ServerOptions, preferPort: number | undefined): Promise<Attempt> {
    const log = await ServerLog.open(options.storeFolder);
    try {
      const args = serveArguments(options, preferPort);
      const child = spawn(options.execPath ?? process.execPath, [options.cliPath, ...args], {
        cwd: options.storeFolder,
        detached: true,
        windowsHide: true,
        env: serverEnvironment(process.env),
        stdio: ['ignore', log.handle.fd, log.handle.fd],
      });
      return new Attempt(options.storeFolder, child, log);
    } finally {
      await log.handle.close();
    }
  }

  /** @returns undefined when the process ended and none answers */
  async wait(deadline: number, signal: AbortSignal | undefined): Promise<RunningServer | undefined> {
    try {
      return await this.answer(deadline, signal);
    } finally {
      this.words = this.log.lastWords();
      await this.log.release();
    }
  }

  private async answer(deadline: number, signal: AbortSignal | undefined): Promise<RunningServer | undefined> {
    for (;;) {
      // Looked at first: what another process wrote before ours gave up is then seen.
      const ended = this.failure !== undefined;
      const server = (await findServer(this.storeFolder, signal)) ?? (await this.readOnlyServer(signal));
      if (server) {
        return { ...server, started: server.pid === this.child.pid };
      }
      if (ended) {
        return undefined;
      }
      if (Date.now() > deadline) {
        this.failure = `It did not answer within ${startLimit / 1000} s.`;
        return undefined;
      }
      await pause(signal);
    }
  }

  reason(): string {
    return this.words === '' ? `The tracking server did not start. ${this.failure ?? ''}` : this.words;
  }

  /** A store that cannot be written to has no `server.json`; the server then tells only who started it. */
  private async readOnlyServer(signal: AbortSignal | undefined): Promise<RunningServer | undefined> {
    const { url, token = await readToken(this.storeFolder) } = this.log.servedAt() ?? {};
    return url !== undefined && token !== undefined ? probe(this.storeFolder, { url, token }, signal) : undefined;
  }
}

function serveArguments(options: ServerOptions, preferPort: number | undefined): string[] {
  const [workspace, ...more] = options.workspaceFolders ?? [];
  const folders = [...more, ...(options.artifactFolders ?? [])];
  return [
    'serve',
    ...['--store', options.storeFolder, '--idle-exit', String(options.idleExitMinutes)],
    ...(preferPort === undefined ? [] : ['--prefer-port', String(preferPort)]),
    ...(workspace === undefined ? [] : ['--workspace', workspace]),
    ...folders.flatMap((folder) => ['--allow-artifacts', folder]),
    ...(options.readOnly === true ? ['--read-only'] : []),
  ];
}

/** Waits until the process that holds the store answers; undefined when it ends first or the time is up. */
async function waitForOther(
  storeFolder: string,
  pid: number,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<RunningServer | undefined> {
  while (Date.now() <= deadline) {
    const alive = isAlive(pid);
    const server = await findServer(storeFolder, signal);
    if (server || !alive) {
      return server;
    }
    await pause(signal);
  }
  return undefined;
}

async function makeFolder(storeFolder: string): Promise<void> {
  try {
    await mkdir(storeFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ServerProcessError(`The store's folder cannot be made: ${why}`, 'folder', { cause });
  }
}

/** The port of the last server, from the discovery file that a killed one leaves: scripts still have that address. */
async function lastPort(storeFolder: string): Promise<number | undefined> {
  const discovery = await readDiscovery(storeFolder);
  const port = discovery && Number(new URL(discovery.url).port);
  return port === 0 ? undefined : port;
}

/**
 * Electron runs as Node (microsoft/vscode#111332), without what VS Code's own processes are told and without the options that
 * a debugger puts in. Nor with the certificates of a company's proxy: Node reads them before all else, for 35 ms of a start, and the server
 * connects to nobody.
 */
export function serverEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(
    ([name]) => !/^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|VSCODE_.*|ELECTRON_.*)$/i.test(name),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

function endProcess(pid: number): void {
  try {
    // 0 and below mean whole groups of processes.
    if (pid > 1) {
      process.kill(pid, 'SIGTERM');
    }
  } catch {
    // Gone, or another user's: the wait tells.
  }
}

/** True while the process runs; one that ended and was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  if (process.platform !== 'linux') {
    return true;
  }
  try {
    // The state follows the name in parentheses, which may hold any character.
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function pause(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  return new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
}
