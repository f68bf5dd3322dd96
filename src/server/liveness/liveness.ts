import type { IncomingMessage } from 'node:http';
import type { Liveness as RunLiveness } from '../../protocol/extras';
import { isAlive, processStart } from '../store/processIdentity';
import type { KeptRun, KnownProcess } from './keptProcesses';
import { peerProcess } from './peerProcess';

/** Milliseconds between two looks at which process logs to a run, and after which the process behind a connection is found out anew. */
const lookInterval = 30_000;
/** Processes that are remembered of a run: several may log to one. */
const maxProcesses = 16;
/** Runs that are remembered: those that were begun last. */
const maxRuns = 10_000;
/** Milliseconds until a process that was found is kept beyond this server's life: many runs may begin at once. */
const keepDelay = 1_000;

/** Where processes are kept beyond this server's life (`KeptProcesses`). Neither rejects. */
export interface LivenessMemory {
  read(): Promise<ReadonlyMap<string, KeptRun>>;
  write(runs: ReadonlyMap<string, KeptRun>): Promise<void>;
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

/** When a run was last heard of, and whether a process that logs to it still lives. */
export class Liveness {
  private readonly runs = new Map<string, Signs>();
  private readonly peers = new WeakMap<object, Peer>();
  private remembering: Promise<void> | undefined;
  private keepTimer: NodeJS.Timeout | undefined;
  private keeping: Promise<void> = Promise.resolve();

  /**
   * @param memory what was found out is kept there; without one only until this server ends
   * @param processOf which process has a port of this machine
   */
  constructor(
    private readonly memory?: LivenessMemory,
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

  /** @returns undefined for a run that nothing is known of */
  async of(runId: string): Promise<RunLiveness | undefined> {
    await this.remember();
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
    if (
      found !== undefined &&
      signs.processes.size < maxProcesses &&
      signs.processes.get(found.pid)?.start !== found.start
    ) {
      signs.processes.set(found.pid, found);
      this.keepTimer ??= setTimeout(() => this.keep(), keepDelay).unref();
    }
  }

  /** What earlier servers found out, once. What was heard of meanwhile counts more. */
  private remember(): Promise<void> {
    this.remembering ??= (async () => {
      const runs = (await this.memory?.read()) ?? new Map<string, KeptRun>();
      const heard = [...this.runs];
      this.runs.clear();
      for (const [id, { last, processes }] of runs) {
        this.runs.set(id, { last, lastLook: -Infinity, processes: new Map(processes.map((each) => [each.pid, each])) });
      }
      for (const [id, signs] of heard) {
        const known = [...(this.runs.get(id)?.processes ?? []), ...signs.processes];
        signs.processes.clear();
        known.slice(-maxProcesses).forEach(([pid, each]) => signs.processes.set(pid, each));
        this.runs.delete(id);
        this.runs.set(id, signs);
      }
    })();
    return this.remembering;
  }

  private keep(): void {
    clearTimeout(this.keepTimer);
    this.keepTimer = undefined;
    const write = async (): Promise<void> => {
      await this.remember();
      const known = [...this.runs].filter(([, { processes }]) => processes.size > 0);
      const kept = known.map(
        ([id, { last, processes }]) => [id, { last, processes: [...processes.values()] }] as const,
      );
      await this.memory?.write(new Map(kept));
    };
    this.keeping = this.keeping.then(write);
  }

  /** Resolves when what was found out is kept. */
  async close(): Promise<void> {
    if (this.keepTimer !== undefined) {
      this.keep();
    }
    await this.keeping;
  }

  private async find(port: number | undefined): Promise<KnownProcess | undefined> {
    const pid = port === undefined ? undefined : await this.processOf(port).catch(() => undefined);
    return pid === undefined || pid === process.pid ? undefined : { pid, start: await processStart(pid) };
  }
}
