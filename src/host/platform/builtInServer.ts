import { existsSync } from 'node:fs';
import type * as vscode from 'vscode';
import { openChangeFeed, type FeedOptions } from '../../client/changeFeed';
import { readToken } from '../../client/discovery';
import { serverLogFile } from '../../client/serverLog';
import { ensureServer, stopServer } from '../../client/serverProcess';
import type { ServerOptions, ServerPhase } from '../../client/serverTypes';
import { connectTracking } from '../../client/tracking';
import type { ServerAddress } from '../../client/types';
import type { ConnectionOptions, Session } from './connection';
import type { ServerLog } from './serverLog';
import { english, type Translate } from './text';

/** Where the store's server listened last, so that terminals that are open keep a good address. */
const placeKey = 'server.place';

interface LastPlace {
  readonly store: string;
  readonly port: number;
}

export interface BuiltInServerOptions {
  /** Absolute; the same from the first `open` on. */
  readonly storeFolder: () => string;
  /** `dist/labbook.cjs`. */
  readonly cliPath: string;
  /** Remembers the port for this workspace. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly idleExitMinutes: () => number;
  /** Absolute. */
  readonly workspaceFolders: () => readonly string[];
  /** Further folders for artifacts, absolute. */
  readonly artifactFolders: () => readonly string[];
  /** Whether the server shall refuse writes. */
  readonly readOnly: () => boolean;
  readonly serverLog: Pick<ServerLog, 'use'>;
  /** Translates the reasons that are shown. */
  readonly t?: Translate;
  /** For tests. */
  readonly feed?: FeedOptions;
}

export interface BuiltInServer extends Pick<ConnectionOptions, 'open' | 'stop'> {
  /**
   * Where the server will be, most likely, before it answers: the port that it had last, with the store's token. Undefined for a store
   * that had none.
   */
  readonly expectedAddress: () => Promise<ServerAddress | undefined>;
}

/** How a window comes to the server that belongs to its store: finds the running one, or starts it. */
export function builtInServer(options: BuiltInServerOptions): BuiltInServer {
  const { memory, serverLog, t = english } = options;
  const lastPort = (storeFolder: string): number | undefined => {
    const last = memory.get<LastPlace>(placeKey);
    return last?.store === storeFolder ? last.port : undefined;
  };
  let wasThere = false;
  const open = async (signal: AbortSignal, onProgress: (phase: ServerPhase) => void): Promise<Session> => {
    const storeFolder = options.storeFolder();
    if (wasThere && !existsSync(storeFolder)) {
      // An empty store in its place would look as if all runs were lost, and be in the way of the folder's return.
      throw new Error(
        t(
          'The store’s folder {0} is gone. Where it was moved, open the folder at its new place; reload the window to begin anew here.',
          storeFolder,
        ),
      );
    }
    const preferPort = lastPort(storeFolder);
    const wanted: ServerOptions = {
      storeFolder,
      cliPath: options.cliPath,
      ...(preferPort === undefined ? {} : { preferPort }),
      idleExitMinutes: options.idleExitMinutes(),
      workspaceFolders: options.workspaceFolders(),
      artifactFolders: options.artifactFolders(),
      readOnly: options.readOnly(),
      signal,
      onProgress,
    };
    let server = await ensureServer(wanted);
    // The first time only: windows whose settings do not agree must not take turns for ever.
    if (!wasThere && !server.started && server.info.read_only !== wanted.readOnly) {
      await stopServer(server, signal);
      server = await ensureServer(wanted);
    }
    const client = await connectTracking(server.address, { signal });
    wasThere = true;
    const place: LastPlace = { store: storeFolder, port: Number(new URL(server.address.url).port) };
    void memory.update(placeKey, place);
    serverLog.use(serverLogFile(storeFolder));
    return { server, client, feed: openChangeFeed(server.address, client, options.feed) };
  };
  return {
    open,
    stop: ({ server }) => stopServer(server),
    expectedAddress: async () => {
      const storeFolder = options.storeFolder();
      const port = lastPort(storeFolder);
      const token = await readToken(storeFolder);
      return port === undefined || token === undefined ? undefined : { url: `http://127.0.0.1:${port}`, token };
    },
  };
}
