import type { IncomingMessage } from 'node:http';
import type { Liveness as RunLiveness } from '../../protocol/extras';
import { isAlive, processStart } from '../store/processIdentity';
import { peerProcess } from './peerProcess';

/** Milliseconds between two looks at which process logs to a run, and after which the process behind a connection is found out anew. */
const lookInterval = 30_000;
/** Processes that are remembered of a run: several may log to one. */
const maxProcesses = 16;
/** Runs that are remembered: those that were begun last. */
const maxRuns = 10_000;

interface KnownProcess {
  readonly pid: number;
  /** Tells it from a later process of the same id. */
  readonly start: string;
}

/** The process at the other end of a connection: finding it out costs some five milliseconds of reading. */
interface Peer {
  readonly found: Promise<KnownProcess | undefined>;
  readonly since: number;
}

interface Signs {
  last: number;
  lastLook: number;
  readonly processes: Map<number, KnownProcess>;
}

/**
 * When a run was last heard of, and whether a process that logs to it still lives. In memory only: after a restart it is not
 * known until the next write.
 */
export class Liveness {
  private readonly runs = new Map<string, Signs>();
  private readonly peers = new WeakMap<object, Peer>();

  /** @param processOf which process has a port of this machine */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly processOf: (port: number) => Promise<number | undefined> = peerProcess,
  ) {}

  /** A script logged to a run. */
  note(runId: string, { socket }: { readonly socket: Pick<IncomingMessage['socket'], 'remotePort'> }): void {
    let signs = this.runs.get(runId);
    if (signs === undefined) {
      signs = { last: 0, lastLook: -Infinity, processes: new Map() };
      this.runs.set(runId, signs);
      const [oldest] = this.runs.keys();
      if (this.runs.size > maxRuns && oldest !== undefined) {
        this.runs.delete(oldest);
      }
    }
    signs.last = this.now();
    if (signs.last - signs.lastLook >= lookInterval) {
      signs.lastLook = signs.last;
      void this.look(signs, socket);
    }
  }

  /** @returns undefined for a run that nobody logged to since this server started */
  async of(runId: string): Promise<RunLiveness | undefined> {
    const signs = this.runs.get(runId);
    if (signs === undefined) {
      return undefined;
    }
    const known = [...signs.processes.values()];
    const alive = await Promise.all(
      known.map(async ({ pid, start }) => isAlive(pid) && (await processStart(pid)) === start),
    );
    return {
      last_sign: signs.last,
      process: known.length === 0 ? 'unknown' : alive.includes(true) ? 'alive' : 'gone',
    };
  }

  /** Never fails: not knowing is an answer. */
  private async look(signs: Signs, socket: { readonly remotePort?: number | undefined }): Promise<void> {
    let peer = this.peers.get(socket);
    if (peer === undefined || this.now() - peer.since >= lookInterval) {
      peer = { found: this.find(socket.remotePort), since: this.now() };
      this.peers.set(socket, peer);
    }
    const found = await peer.found;
    if (found !== undefined && signs.processes.size < maxProcesses) {
      signs.processes.set(found.pid, found);
    }
  }

  private async find(port: number | undefined): Promise<KnownProcess | undefined> {
    const pid = port === undefined ? undefined : await this.processOf(port).catch(() => undefined);
    return pid === undefined || pid === process.pid ? undefined : { pid, start: await processStart(pid) };
  }
}
