import type { PanelNotices, PanelRequests } from '../../../src/protocol/panels';
import { RpcChannel, type Handlers, type None, type Port } from '../../../src/protocol/rpc';
import { decodeSeries, encodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import { decodeTableColumns, encodeTableColumns } from '../../../src/protocol/tableCodec';
import type { TableColumn } from '../../../src/protocol/tableTypes';
import type { Exchange, Session, Told } from './session';

type Method = keyof PanelRequests;
type Params<Name extends Method> = PanelRequests[Name]['params'];

interface Answer {
  readonly step: number;
  readonly result: unknown;
  isAsked: boolean;
}

/** One curve of a request: how it is known, and how it was when the panel had nothing of it yet. */
interface Curve {
  readonly pair: string;
  readonly key: string;
  readonly first: string;
  readonly version: string;
}

/** What only says something to the host: when it is said is up to timers of the panel. */
const said: readonly Method[] = ['keepArrangement', 'select', 'log', 'copyText'];

/**
 * The host's side of a panel as it was once recorded. Curves and columns are answered one by one, so that it does not matter which of them
 * the panel asks for together; everything else as it was asked. What was not recorded is refused, and noted.
 */
export class ReplayingHost {
  /** Requests that were not recorded. */
  readonly unrecorded: string[] = [];
  readonly asked = new Map<Method, number>();
  #step = 0;
  readonly #answers = new Map<string, Answer[]>();
  readonly #told: readonly Told[];
  readonly #channel: RpcChannel<None, PanelRequests, PanelNotices, None>;

  constructor(session: Session, port: Port) {
    const exchanges = session.events.filter((event) => event.kind === 'exchange');
    this.#told = session.events.filter((event) => event.kind === 'notice');
    exchanges.forEach((exchange) => this.#learn(exchange));
    const methods = new Set([...exchanges.map(({ method }) => method), ...said]);
    const handlers = [...methods].map((method) => [method, (params: unknown) => this.#answer(method, params)]);
    // The channel itself refuses other methods.
    this.#noteUnknown(port, methods);
    this.#channel = new RpcChannel(port, {
      handlers: Object.fromEntries(handlers) as Handlers<PanelRequests>,
      notices: {},
    });
  }

  /** Goes on to the next step of the session and tells what was told in it, as quickly one after the other. */
  next(): void {
    this.#step++;
    const told = this.#told.filter(({ step }) => step === this.#step);
    const [first] = told;
    for (const notice of told) {
      setTimeout(() => this.#tell(notice), notice.at - (first?.at ?? 0));
    }
  }

  /** What was asked in this step when it was recorded, and was not yet now. */
  left(): string[] {
    return [...this.#answers]
      .filter(([, answers]) => answers.some(({ step, isAsked }) => step === this.#step && !isAsked))
      .map(([key]) => key);
  }

  #tell<Name extends keyof PanelNotices>({ name, data }: { name: Name; data: PanelNotices[Name] }): void {
    this.#channel.notify(name, data);
  }

  #learn({ method, params, result, step }: Exchange): void {
    const learn = (key: string, part: unknown): void => {
      const known = this.#answers.get(key) ?? [];
      this.#answers.set(key, [...known, { step, result: part, isAsked: false }]);
    };
    if (method === 'series') {
      const entries = new Map(decodeSeries(result).map((entry) => [`${entry.runId} ${entry.key}`, entry]));
      pairsOf(params).forEach(({ pair, key }) => learn(key, entries.get(pair)));
    } else if (method === 'tableColumns') {
      const { revision, columns } = decodeTableColumns(result);
      columnKeys(params).forEach((key, i) => learn(key, { revision, column: columns[i] }));
    } else if (!said.includes(method)) {
      learn(keyOf(method, params), result);
    }
  }

  #answer(method: Method, params: unknown): never {
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    // The contract's own types are held by the recording, which the real host answered.
    return this.#find(method, params) as never;
  }

  #find(method: Method, params: unknown): unknown {
    if (said.includes(method)) {
      return null;
    }
    if (method === 'series') {
      const entries = pairsOf(params as Params<'series'>).map(({ key, first, version }) =>
        !this.#answers.has(key) && this.#isNewest(first, version)
          ? undefined
          : (this.#recall(key) as SeriesEntry | undefined),
      );
      return encodeSeries(entries.filter((entry) => entry !== undefined)).buffer;
    }
    if (method === 'tableColumns') {
      const parts = columnKeys(params as Params<'tableColumns'>).map(
        (key) => this.#recall(key) as { revision: number; column: TableColumn },
      );
      const revision = Math.max(0, ...parts.map((part) => part.revision));
      return encodeTableColumns({ revision, columns: parts.map(({ column }) => column) });
    }
    return this.#recall(keyOf(method, params));
  }

  /** Whether a curve is what the panel has already: when it asks again is up to its timers. @param first asked without a version */
  #isNewest(first: string, version: string): boolean {
    const answers = (this.#answers.get(first) ?? []).filter(({ step }) => step <= this.#step);
    return version !== '' && (answers.at(-1)?.result as SeriesEntry | undefined)?.version === version;
  }

  /** The newest answer up to this step; of those of one step one after the other. @throws Error where there is none */
  #recall(key: string): unknown {
    const answers = (this.#answers.get(key) ?? []).filter(({ step }) => step <= this.#step);
    const newest = answers.filter(({ step }) => step === answers.at(-1)?.step);
    const answer = newest.find(({ isAsked }) => !isAsked) ?? newest.at(-1);
    if (!answer) {
      this.unrecorded.push(key);
      throw new Error(`Not recorded: ${key}`);
    }
    answer.isAsked = true;
    return answer.result;
  }

  #noteUnknown(port: Port, methods: ReadonlySet<string>): void {
    port.listen((message) => {
      const { rpc, method } = message as { rpc: string; method: string };
      if (rpc === 'request' && !methods.has(method)) {
        this.unrecorded.push(method);
      }
    });
  }
}

function keyOf(method: Method, params: unknown): string {
  return `${method} ${JSON.stringify(params)}`;
}

/** Each curve of a request by itself. */
function pairsOf({ runIds, keys, known = [], ...how }: Params<'series'>): Curve[] {
  const versions = new Map(known.map(({ runId, key, version }) => [`${runId} ${key}`, version]));
  return runIds.flatMap((runId) =>
    keys.map((key) => {
      const pair = `${runId} ${key}`;
      const version = versions.get(pair) ?? '';
      const asked = (known: string): string => `series ${pair} ${known} ${JSON.stringify(how)}`;
      return { pair, key: asked(version), first: asked(''), version };
    }),
  );
}

function columnKeys({ columns, ...of }: Params<'tableColumns'>): string[] {
  return columns.map((column) => `tableColumns ${JSON.stringify(column)} ${JSON.stringify(of)}`);
}
