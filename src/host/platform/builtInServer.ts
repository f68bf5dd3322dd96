import type * as vscode from 'vscode';
import { openChangeFeed } from '../../client/changeFeed';
import { serverLogFile } from '../../client/serverLog';
import { ensureServer, stopServer } from '../../client/serverProcess';
import type { ServerPhase } from '../../client/serverTypes';
import { connectTracking } from '../../client/tracking';
import type { ConnectionOptions, Session } from './connection';
import type { ServerLog } from './serverLog';

/** The port that the store's server had last, so that terminals that are open keep a good address. */
const portKey = 'server.port';

export interface BuiltInServerOptions {
  /** Absolute. */
  readonly storeFolder: string;
  /** `dist/labbook.cjs`. */
  readonly cliPath: string;
  /** Remembers the port for this workspace. */
  readonly memory: vscode.Memento;
  readonly idleExitMinutes: () => number;
  /** Absolute. */
  readonly workspaceFolders: () => readonly string[];
  /** Further folders for artifacts, absolute. */
  readonly artifactFolders: () => readonly string[];
  readonly serverLog: ServerLog;
}

/** How a window comes to the server that belongs to its store: finds the running one, or starts it. */
export function builtInServer(options: BuiltInServerOptions): Pick<ConnectionOptions, 'open' | 'stop'> {
  const { storeFolder, memory, serverLog } = options;
  const open = async (signal: AbortSignal, onProgress: (phase: ServerPhase) => void): Promise<Session> => {
    const preferPort = memory.get<number>(portKey);
    const server = await ensureServer({
      storeFolder,
      cliPath: options.cliPath,
      ...(preferPort === undefined ? {} : { preferPort }),
      idleExitMinutes: options.idleExitMinutes(),
      workspaceFolders: options.workspaceFolders(),
      artifactFolders: options.artifactFolders(),
      signal,
      onProgress,
    });
    const client = await connectTracking(server.address, { signal });
    void memory.update(portKey, Number(new URL(server.address.url).port));
    serverLog.use(serverLogFile(storeFolder));
    return { server, client, feed: openChangeFeed(server.address, client) };
  };
  return { open, stop: ({ server }) => stopServer(server) };
}
