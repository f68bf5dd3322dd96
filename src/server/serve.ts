import type { Server } from 'node:http';
import path from 'node:path';
import { EventConnections } from './api/labbook/events';
import { TableWarmth } from './api/labbook/tableWarmth';
import { ArtifactStore } from './artifacts/artifactStore';
import { LocalFolders } from './artifacts/localFolders';
import { artifactRoot } from './artifacts/locations';
import { ArtifactPlaces } from './artifacts/places';
import { finishPurges } from './artifacts/removal';
import { ChangeHub } from './changeHub';
import type { ServeOptions } from './commandLine';
import { DiscoveryFile, readOrMakeToken } from './discovery';
import { createApp } from './http/app';
import { createGate } from './http/gate';
import { createHttpServer } from './http/httpServer';
import { listenOnLoopback, prepareToListen } from './http/listen';
import { IdleWatch } from './idle';
import type { Log } from './log';
import { FolderPresence } from './presence';
import { whenQuiet } from './quiet';
import type { StoreFiles } from './store/files';
import { openStore } from './store/store';
import type { Store } from './store/types';
import { labbookVersion } from './version';

/** How long a clean end waits for requests that were accepted. */
const drainMilliseconds = 5_000;
const maxIdleCheckMilliseconds = 15_000;

export interface RunningServer {
  readonly url: string;
  /** Of a store that cannot be written to and has no token file: nobody could learn it otherwise. */
  readonly unkeptToken: string | undefined;
  /** Ends cleanly; further calls wait for the first. */
  stop(): Promise<void>;
}

/**
 * Opens the store and serves it.
 * @param onStopWish called when a client or idleness asks for the end
 * @param files for tests: the store's operations on a disk that fails
 * @throws Error in words for people: the store is held by another process, damaged, or the port is taken
 */
export async function serve(
  options: ServeOptions,
  log: Log,
  onStopWish: () => void,
  files?: StoreFiles,
): Promise<RunningServer> {
  const { store: folder, readOnly: refuseWrites } = options;
  const onFailedCheckpoint = (error: unknown): void =>
    log.error('the databases could not be saved; all is in the journal', error);
  // While the store waits for SQLite, and for the disk.
  setImmediate(prepareToListen);
  const store = await openStore({ folder, artifactRoot, refuseWrites, onFailedCheckpoint }, files);
  store.warnings.forEach((text) => log.warn(text));
  if (store.readOnly) {
    log.warn(
      `the folder ${store.folder} cannot be written to: the store is served for reading, and writes are refused`,
    );
  }
  try {
    return await serveStore(store, options, log, onStopWish);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function serveStore(
  store: Store,
  options: ServeOptions,
  log: Log,
  onStopWish: () => void,
): Promise<RunningServer> {
  const discovery = new DiscoveryFile(store.folder);
  const artifacts = new ArtifactStore(store.folder);
  if (!store.readOnly) {
    await discovery.remove();
    await artifacts.clean();
  }
  const { token, kept } = await readOrMakeToken(store.folder, store.readOnly);
  const hub = new ChangeHub(store.revision);
  const events = new EventConnections(hub);
  const warmth = new TableWarmth(store, () => hub.readerCount > 0, log);
  const idleMilliseconds = (options.idleExit ?? Infinity) * 60_000;
  const lookEvery = Math.min(maxIdleCheckMilliseconds, idleMilliseconds / 4);
  const idle = new IdleWatch(
    { readers: () => hub.readerCount, runningRuns: () => store.countRunningRuns() },
    idleMilliseconds,
    lookEvery,
  );
  const presence = new FolderPresence(store.folder, () => {
    log.error(`the store's folder ${store.folder} is gone`);
    onStopWish();
  });
  const changes = store.onChange((batch) => {
    idle.noteWrite();
    hub.add(batch);
  });
  const places = new ArtifactPlaces(artifacts, localFolders(store.folder, options));
  const onRequest = (): void => {
    idle.noteRequest();
    presence.isGone();
  };
  const app = createApp({ store, places, events, log, onRequest, shutdown: onStopWish });
  const drain = new Drain();
  const gate = createGate({ token, allowHosts: options.allowHosts });
  const { port, servers } = await listenOnLoopback(() => createHttpServer(gate, app, log, () => drain.isClosing), {
    named: options.port,
    preferred: options.preferPort,
  });
  const url = `http://127.0.0.1:${port}`;
  const timer = setInterval(() => {
    if (!presence.isGone() && idle.isIdle()) {
      log.info('nobody needs the server any more');
      onStopWish();
    }
  }, lookEvery);
  // Whoever asks for a file soon need not wait for it, nor whoever comes right after the start with something else.
  const stopWaiting = whenQuiet(() => {
    app.ready().catch((error: unknown) => log.error('routes could not be made ready', error));
  });
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    stopWaiting();
    events.endAll();
    await drain.close(servers);
    await warmth.end();
    changes.dispose();
    hub.dispose();
    await app.close();
    if (!store.readOnly && presence.isHere()) {
      // While the lock is still held: later the file could be the next server's.
      await discovery.remove();
    }
    await store.close();
  };
  let stopping: Promise<void> | undefined;
  if (!store.readOnly) {
    await discovery.write({ pid: process.pid, url, token, version: labbookVersion });
    if (!store.refusesWrites) {
      finishPurges(store.purging, places, log).catch((error: unknown) =>
        log.error('a deletion could not be finished', error),
      );
    }
  }
  return { url, unkeptToken: kept ? undefined : token, stop: () => (stopping ??= stop()) };
}

/** As MLflow's server does, one without a workspace starts relative locations at its working folder; not if that is the store. */
function localFolders(store: string, { workspace, allowArtifacts }: ServeOptions): LocalFolders {
  const working = process.cwd();
  const fallback = working === store || path.dirname(working) === working ? undefined : working;
  return new LocalFolders({ store, workspace: workspace ?? fallback, allowed: allowArtifacts });
}

/** Lets accepted requests end before the connections are closed. */
class Drain {
  private closing = false;

  /** From now on each answer is its connection's last. */
  get isClosing(): boolean {
    return this.closing;
  }

  async close(servers: readonly Server[]): Promise<void> {
    this.closing = true;
    const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    servers.forEach((server) => server.closeIdleConnections());
    const limit = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), drainMilliseconds);
    await closed;
    clearTimeout(limit);
  }
}
