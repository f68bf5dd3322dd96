import type { IncomingMessage } from 'node:http';
import type { Liveness as RunLiveness } from '../../protocol/extras';
import { isAlive, processStart } from '../store/processIdentity';
import { peerProcess } from './peerProcess';

/** Milliseconds between two looks at which process logs to a run: finding out costs a few milliseconds of reading. */
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

  constructor(private readonly now: () => number = Date.now) {}

  /** A script logged to a run. */
  note(runId: string, request: IncomingMessage): void {
    const signs = this.runs.get(runId) ?? { last: 0, lastLook: -Infinity, processes: new Map() };
    this.runs.set(runId, signs);
    const [oldest] = this.runs.keys();
    if (this.runs.size > maxRuns && oldest !== undefined) {
      this.runs.delete(oldest);
    }
    signs.last = this.now();
    const { remotePort } = request.socket;
    if (remotePort !== undefined && this.now() - signs.lastLook >= lookInterval) {
      signs.lastLook = this.now();
      void this.look(signs, remotePort);
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
  private async look(signs: Signs, port: number): Promise<void> {
    const pid = await peerProcess(port).catch(() => undefined);
    if (pid !== undefined && pid !== process.pid && signs.processes.size < maxProcesses) {
      signs.processes.set(pid, { pid, start: await processStart(pid) });
    }
  }
}
