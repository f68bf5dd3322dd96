import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FeedOptions } from '../../../src/client/changeFeed';
import { isAlive } from '../../../src/client/serverProcess';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { builtInServer, type BuiltInServer } from '../../../src/host/platform/builtInServer';
import { Connection, type Session } from '../../../src/host/platform/connection';
import { labbookCli, until } from '../../fakes/labbookServer';

export interface WindowOptions {
  readonly store: string;
  readonly cliPath?: string;
  /** The extension's. */
  readonly version?: string;
  readonly idleExitMinutes?: number;
  readonly workspaceFolders?: readonly string[];
  readonly readOnly?: () => boolean;
  readonly feed?: FeedOptions;
  /** What VS Code keeps for a workspace; a window that is opened again has it. */
  readonly memory?: Map<string, unknown>;
}

/** What of a VS Code window has to do with the server: the extension's own parts, without the editor. */
export class Window {
  /** How many it had so far. */
  sessions = 0;
  #closed = false;
  readonly batches: ChangeBatch[] = [];
  readonly said: string[] = [];
  readonly builtIn: BuiltInServer;
  readonly connection: Connection;

  constructor(
    options: WindowOptions,
    private readonly pids: Set<number>,
  ) {
    const memory = options.memory ?? new Map<string, unknown>();
    const say = (line: string): void => void this.said.push(line);
    this.builtIn = builtInServer({
      storeFolder: () => options.store,
      cliPath: options.cliPath ?? labbookCli,
      memory: {
        get: (key: string) => memory.get(key) as undefined,
        update: (key, value) => Promise.resolve(void memory.set(key, value)),
      },
      idleExitMinutes: () => options.idleExitMinutes ?? 5,
      workspaceFolders: () => options.workspaceFolders ?? [],
      artifactFolders: () => [],
      readOnly: options.readOnly ?? (() => false),
      serverLog: { use: () => undefined },
      ...(options.feed ? { feed: options.feed } : {}),
    });
    this.connection = new Connection({
      open: this.builtIn.open,
      stop: this.builtIn.stop,
      log: { info: say, warn: say, error: say },
      version: options.version ?? '0.1.0',
      retryDelays: [100, 500, 1000, 2000],
      tryLimit: 30_000,
    });
    this.connection.onState((state) => {
      if (state.kind === 'ready') {
        this.sessions++;
        this.pids.add(state.session.server.pid);
      }
    });
    this.connection.onChange((batch) => this.batches.push(batch));
    this.connection.start();
  }

  /** The session, and its feed follows. */
  async ready(): Promise<Session> {
    const session = await this.connection.ready(40_000);
    if (!(await until(() => session.feed.state.state === 'connected'))) {
      throw new Error(`The window does not follow the changes: ${session.feed.state.state}`);
    }
    return session;
  }

  hears(runId: string): Promise<boolean> {
    return until(() => this.batches.some(({ runs }) => runs.some(({ run_id }) => run_id === runId)));
  }

  get isStarting(): boolean {
    return !this.#closed && this.connection.state.kind === 'starting';
  }

  close(): void {
    this.#closed = true;
    this.connection.dispose();
  }
}

/** The windows and servers of a test, which are all gone after it. */
export class Windows {
  readonly pids = new Set<number>();
  readonly all: Window[] = [];

  open(options: WindowOptions): Window {
    const window = new Window(options, this.pids);
    this.all.push(window);
    return window;
  }

  async dispose(): Promise<void> {
    // One that starts a server just now has its process id when it has come up; else that one would make the test's folder anew.
    await until(() => this.all.every((window) => !window.isStarting), 20_000);
    this.all.forEach((window) => window.close());
    for (const pid of this.pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
      await until(() => !isAlive(pid));
    }
  }
}

/** The version that is built. */
export async function builtVersion(): Promise<string> {
  return (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version;
}

/**
 * The command line as an older version of the extension has it, without the ability that is named and in a folder of its own.
 * @returns its path
 */
export async function olderVersion(folder: string, version: string, lacks: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const text = await readFile(path.join(path.dirname(labbookCli), 'server.cjs'), 'utf8');
  const renamed = text.replaceAll(`"${await builtVersion()}"`, `"${version}"`);
  const other = renamed.replace(new RegExp(`"${lacks}",(?=\\s*"purge")`), '');
  if (renamed === text || other === renamed) {
    throw new Error('The bundle is not written as this test takes it to be.');
  }
  const cliPath = path.join(folder, 'labbook.cjs');
  await writeFile(cliPath, other);
  for (const name of ['later.cjs', 'sql-wasm.wasm']) {
    await cp(path.join(path.dirname(labbookCli), name), path.join(folder, name));
  }
  return cliPath;
}
