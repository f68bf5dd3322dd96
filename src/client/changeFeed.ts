import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { parseJson } from '../core/json';
import { extrasPrefix, type Aspect, type ChangeBatch, type RunChange } from '../protocol/extras';
import { readFields, readInt64, readList, readText } from '../protocol/wire';
import { FeedCore, feedTimes, type FeedTimes } from './feedCore';
import { HttpClient } from './http';
import { PollingFeed } from './pollingFeed';
import { RequestError } from './requestError';
import { SilenceWatch } from './silenceWatch';
import type { ChangeFeed, Disposable, FeedState, ServerAddress, TrackingClient } from './types';

const aspects: readonly string[] = ['info', 'metrics', 'params', 'tags', 'artifacts'] satisfies Aspect[];
const connectTimeout = 10_000;

export interface FeedOptions {
  readonly times?: Partial<FeedTimes>;
  /** The newest revision that is known: what came later is told. Default: the client's when it connected. */
  readonly since?: number;
}

/**
 * Follows the changes on a server until it is disposed, through breaks of the connection and restarts of the server at the
 * same address. A server without a feed of its own is asked every few seconds instead.
 */
export function openChangeFeed(address: ServerAddress, client: TrackingClient, options: FeedOptions = {}): ChangeFeed {
  const times = { ...feedTimes, ...options.times };
  return client.has('events')
    ? new EventFeed(new HttpClient(address), options.since ?? client.info?.revision, times)
    : new PollingFeed(client, times);
}

/** Reads Labbook's server-sent events. */
class EventFeed implements ChangeFeed {
  private readonly core: FeedCore;

  constructor(
    private readonly http: HttpClient,
    private revision: number | undefined,
    private readonly times: FeedTimes,
  ) {
    this.core = new FeedCore(times);
    void this.follow();
  }

  get state(): FeedState {
    return this.core.state;
  }

  onChange(listener: (batch: ChangeBatch) => void): Disposable {
    return this.core.changes.on(listener);
  }

  onReset(listener: () => void): Disposable {
    return this.core.resets.on(listener);
  }

  onState(listener: (state: FeedState) => void): Disposable {
    return this.core.states.on(listener);
  }

  retryNow(): void {
    this.core.now();
  }

  dispose(): void {
    this.core.dispose();
    this.http.dispose();
  }

  /** One connection, from the attempt to its end. */
  private async follow(): Promise<void> {
    this.core.connecting();
    try {
      await this.read();
      this.retry('The server ended the connection.');
    } catch (error) {
      this.retry(error instanceof RequestError ? error.message : `The connection to ${this.http.url} broke off.`);
    }
  }

  private retry(reason: string): void {
    this.core.disconnected(reason, () => void this.follow());
  }

  private async read(): Promise<void> {
    const { headers, body } = await this.http.open({
      method: 'GET',
      path: `${extrasPrefix}/events`,
      headers: {
        accept: 'text/event-stream',
        ...(this.revision === undefined ? {} : { 'last-event-id': String(this.revision) }),
      },
      timeout: connectTimeout,
      limitSilence: false,
      read: true,
    });
    const watch = new SilenceWatch(this.times.silence, () => {
      body.destroy(
        new RequestError('timeout', `${this.http.url} gave no sign of life for ${this.times.silence / 1000} s.`),
      );
    });
    try {
      if (!headers['content-type']?.startsWith('text/event-stream')) {
        throw new RequestError('malformed', `${this.http.url} does not send changes.`);
      }
      this.core.connected();
      const decoder = new StringDecoder('utf8');
      const parser = createParser({ onEvent: (event) => this.take(event) });
      for await (const piece of body as AsyncIterable<Buffer>) {
        watch.sign();
        parser.feed(decoder.write(piece));
      }
    } finally {
      watch.dispose();
      body.destroy();
    }
  }

  private take({ event, data }: EventSourceMessage): void {
    if (event === 'change') {
      const batch = readBatch(data);
      this.revision = batch.revision;
      this.core.changes.fire(batch);
    } else if (event === 'reset') {
      this.revision = Number(readInt64(readFields(parseJson(data), 'reset'), 'revision'));
      this.core.resets.fire();
    }
  }
}

/** @throws WireFormatError or SyntaxError where it is none */
function readBatch(text: string): ChangeBatch {
  const fields = readFields(parseJson(text), 'change');
  return {
    revision: Number(readInt64(fields, 'revision')),
    experiments: readList(fields, 'experiments', String),
    runs: readList(fields, 'runs', readRunChange),
    ...(fields['models'] === undefined ? {} : { models: readList(fields, 'models', String) }),
  };
}

function readRunChange(item: unknown): RunChange {
  const fields = readFields(item, 'run');
  return {
    run_id: readText(fields, 'run_id'),
    experiment_id: readText(fields, 'experiment_id'),
    aspects: readList(fields, 'aspects', String).filter((name): name is Aspect => aspects.includes(name)),
  };
}
