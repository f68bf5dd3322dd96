import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Log, messageOf } from '../log';
import type { Machine } from '../store/processIdentity';

/** A process of this machine. */
export interface KnownProcess {
  readonly pid: number;
  /** Tells it from a later process of the same id. */
  readonly start: string;
}

/** What is remembered of a run. */
export interface KeptRun {
  /** A time at which it was heard of, Unix milliseconds. */
  readonly last: number;
  readonly processes: readonly KnownProcess[];
}

/** Runs in the file: those that were begun last. */
const maxRuns = 1_000;

/**
 * `<store>/processes.json`: which processes log to which runs, so that after a restart of the server a run whose script was killed is
 * still known as lost. Only what helps: one that is missing, torn or from another machine says nothing.
 */
export class KeptProcesses {
  constructor(
    private readonly file: string,
    private readonly machine: () => Promise<Machine>,
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  /** @returns runs by id, none where the file does not help. Processes from before this machine's last start have no `start` that is met again. */
  async read(): Promise<Map<string, KeptRun>> {
    const here = await this.machine();
    const kept = parse(await readFile(this.file, 'utf8').catch(() => ''));
    if (kept === undefined || kept.host !== here.host) {
      return new Map();
    }
    if (kept.boot === here.boot) {
      return kept.space === here.space ? kept.runs : new Map();
    }
    const ended = ({ pid, start }: KnownProcess): KnownProcess => ({ pid, start: `${start} of ${kept.boot}` });
    return new Map([...kept.runs].map(([id, { last, processes }]) => [id, { last, processes: processes.map(ended) }]));
  }

  /** Failing loses little, and is logged. @param runs in the order in which they were begun */
  async write(runs: ReadonlyMap<string, KeptRun>): Promise<void> {
    const { host, boot, space } = await this.machine();
    const text = JSON.stringify({ host, boot, space, runs: Object.fromEntries([...runs].slice(-maxRuns)) });
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, `${text}\n`, { flag: 'wx', mode: 0o600 });
      await rename(temporary, this.file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      this.log.warn(`which processes log to which runs could not be kept (${messageOf(error)})`);
    }
  }
}

function parse(text: string): (Machine & { runs: Map<string, KeptRun> }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [host, boot, space] = [field(value, 'host'), field(value, 'boot'), field(value, 'space')];
  if (typeof host !== 'string' || typeof boot !== 'string' || typeof space !== 'string') {
    return undefined;
  }
  const runs = new Map<string, KeptRun>();
  for (const [id, run] of Object.entries(field(value, 'runs') ?? {})) {
    const [last, listed] = [field(run, 'last'), field(run, 'processes')];
    if (typeof last === 'number' && Array.isArray(listed)) {
      runs.set(id, { last, processes: listed.flatMap(processOf) });
    }
  }
  return { host, boot, space, runs };
}

function processOf(value: unknown): KnownProcess[] {
  const [pid, start] = [field(value, 'pid'), field(value, 'start')];
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof start === 'string'
    ? [{ pid, start }]
    : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
