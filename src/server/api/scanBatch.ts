/**
 * Reads bodies of log-batch as clients mostly send them, `{"metrics": [{"key": …, "value": …, "timestamp": …, "step": …}, …],
 * "params": [{"key": …, "value": …}, …], "tags": […], "run_id": …}`, and those of log-metric, `{"run_uuid": …, "key": …, "value": …, "timestamp": …, "step": …, "run_id": …}`, in one
 * pass: `JSON.parse` and declared fields take several times as long for a thousand metrics. Whatever is not quite so, be it wrong or not,
 * is left to them: this knows no errors and no second way to read anything.
 */
import { checkKey, limits } from '../../core/limits';
import type { KeyValue, Metric } from '../../core/model';
import { notPlain, PlainJson } from './plainJson';

/** Metrics, params and tags that keep MLflow's rules; nothing is said of the run. */
export class PlainBatch {
  constructor(
    readonly run_id: string,
    readonly metrics: readonly Metric[],
    readonly params: readonly KeyValue[] = none,
    readonly tags: readonly KeyValue[] = none,
  ) {}
}

const none: readonly never[] = [];

/** When so many keys were looked for, their texts are parts of one text of the whole body: that takes longer to make, and memory. */
const fewLooks = 100;

/** V8 copies parts of strings that are shorter; longer ones keep the whole string in memory for as long as they are kept. */
const sharedLength = 13;

const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** @returns undefined where the body is to be read the general way, which also says what is wrong with it */
export function scanBatch(body: Buffer): PlainBatch | undefined {
  return scanned(() => new Scanner(body).batch());
}

/** The same for one metric; the batch has just that. */
export function scanMetric(body: Buffer): PlainBatch | undefined {
  return scanned(() => new Scanner(body).single());
}

function scanned(scan: () => PlainBatch): PlainBatch | undefined {
  try {
    return scan();
  } catch (error) {
    if (error === notPlain) {
      return undefined;
    }
    throw error;
  }
}

class Scanner extends PlainJson {
  /** A character for each byte; those beyond ASCII fit nowhere. Of the keys of a batch there are many. */
  private text: string | undefined;
  /**
   * Where the metric before began, where each of its values began and ended, and where it ended; empty where it had not all, or in
   * another order.
   */
  private marks: readonly number[] = [];
  /** What a request of one metric calls its run. */
  private runId: string | undefined;
  private runUuid: string | undefined;
  /** Keys that keep the rules, where each began first, and the place of each in both. */
  private readonly keys: string[] = [];
  private readonly starts: number[] = [];
  private readonly places = new Map<string, number>();
  /** The place of that which was passed last. */
  private last = 0;
  /** How often a key was looked for. */
  private looks = 0;

  batch(): PlainBatch {
    let runId: string | undefined;
    let metrics: Metric[] | undefined;
    let params: KeyValue[] | undefined;
    let tags: KeyValue[] | undefined;
    this.take(openBrace);
    do {
      if (metrics === undefined && this.hasName('metrics')) {
        metrics = this.metrics();
      } else if (runId === undefined && this.hasName('run_id')) {
        runId = this.copy(this.inQuotes());
      } else if (params === undefined && this.hasName('params')) {
        params = this.pairs(limits.paramsPerBatch, limits.paramValue);
      } else if (tags === undefined && this.hasName('tags')) {
        tags = this.pairs(limits.tagsPerBatch, limits.runTagValue);
      } else {
        throw notPlain;
      }
    } while (this.goesOn(closeBrace));
    this.skipSpace();
    const entries = (metrics?.length ?? 0) + (params?.length ?? 0) + (tags?.length ?? 0);
    if (!runId || entries === 0 || entries > limits.entriesPerBatch || this.at < this.body.length) {
      throw notPlain;
    }
    return new PlainBatch(runId, metrics ?? none, params, tags);
  }

  single(): PlainBatch {
    const metric = this.metric(true);
    this.skipSpace();
    const runId = this.runId ?? this.runUuid;
    // An empty one counts as missing.
    if (!runId || this.runId === '' || this.at < this.body.length) {
      throw notPlain;
    }
    return new PlainBatch(runId, [metric]);
  }

  private metrics(): Metric[] {
    const metrics: Metric[] = [];
    this.take(openBracket);
    do {
      if (metrics.length === limits.metricsPerBatch) {
        throw notPlain;
      }
      metrics.push(this.likeBefore() ?? this.metric());
    } while (this.goesOn(closeBracket));
    return metrics;
  }

  /** @param longest a value that is not cut */
  private pairs(most: number, longest: number): KeyValue[] {
    const pairs: KeyValue[] = [];
    const keys = new Set<string>();
    this.take(openBracket);
    do {
      this.take(openBrace);
      let key: string | undefined;
      let value: string | undefined;
      do {
        if (key === undefined && this.hasName('key')) {
          key = this.keptRules(this.part(this.inQuotes()));
        } else if (value === undefined && this.hasName('value')) {
          value = this.part(this.inQuotes());
        } else {
          throw notPlain;
        }
      } while (this.goesOn(closeBrace));
      if (key === undefined || value === undefined || value.length > longest) {
        throw notPlain;
      }
      if (pairs.length === most) {
        throw notPlain;
      }
      keys.add(key);
      pairs.push({ key, value });
    } while (this.goesOn(closeBracket));
    // What it means that a key is there twice is not for here.
    if (keys.size < pairs.length) {
      throw notPlain;
    }
    return pairs;
  }

  /** A metric that differs from the one before in its values only. @returns undefined, having passed nothing, for any other */
  private likeBefore(): Metric | undefined {
    const start = this.at;
    const key = this.passesGap(0) ? this.key() : undefined;
    const value = key !== undefined && this.passesGap(2) ? this.double() : undefined;
    const timestamp = value !== undefined && this.passesGap(4) ? this.integer() : -1;
    const step = timestamp >= 0 && this.passesGap(6) ? this.integer() : undefined;
    if (key === undefined || value === undefined || step === undefined || !this.passesGap(8)) {
      this.at = start;
      return undefined;
    }
    return { key, value, timestamp, step };
  }

  /** Passes what stood at this place, before or behind a value, in the metric before. @param mark the place in `marks` */
  private passesGap(mark: number): boolean {
    const { body } = this;
    const from = this.marks[mark] ?? 0;
    const length = (this.marks[mark + 1] ?? 0) - from;
    for (let i = 0; i < length; i++) {
      if (body[from + i] !== body[this.at + i]) {
        return false;
      }
    }
    this.at += length;
    return length > 0;
  }

  /** @param isWhole it is all of a request, and names the run */
  private metric(isWhole = false): Metric {
    const marks = [this.at];
    let key: string | undefined;
    let value: number | undefined;
    let timestamp: number | undefined;
    let step: number | undefined;
    this.take(openBrace);
    do {
      // Most often in this order.
      if (key === undefined && this.hasName('key')) {
        marks.push(this.at);
        key = this.key();
      } else if (value === undefined && this.hasName('value')) {
        marks.push(key === undefined ? NaN : this.at);
        value = this.double();
      } else if (timestamp === undefined && this.hasName('timestamp')) {
        marks.push(value === undefined ? NaN : this.at);
        timestamp = this.integer();
      } else if (step === undefined && this.hasName('step')) {
        marks.push(timestamp === undefined ? NaN : this.at);
        step = this.integer();
      } else if (isWhole && this.runId === undefined && this.hasName('run_id')) {
        this.runId = this.copy(this.inQuotes());
      } else if (isWhole && this.runUuid === undefined && this.hasName('run_uuid')) {
        this.runUuid = this.copy(this.inQuotes());
      } else {
        throw notPlain;
      }
      marks.push(this.at);
    } while (this.goesOn(closeBrace));
    marks.push(this.at);
    this.marks = step === undefined || marks.some(Number.isNaN) ? [] : marks;
    if (key === undefined || value === undefined || timestamp === undefined || timestamp < 0) {
      throw notPlain;
    }
    return { key, value, timestamp, step: step ?? 0 };
  }

  private key(): string {
    const start = this.inQuotes();
    const { last } = this;
    // One metric's points come one after the other, or all metrics' in turns.
    if (this.isKey(last, start)) {
      return this.keys[last] ?? '';
    }
    const next = last + 1 < this.keys.length ? last + 1 : 0;
    if (this.isKey(next, start)) {
      this.last = next;
      return this.keys[next] ?? '';
    }
    const isOften = ++this.looks > fewLooks;
    const text = isOften ? (this.text ??= this.body.toString('latin1')).slice(start, this.at - 1) : this.copy(start);
    this.last =
      this.places.get(text) ?? this.newKey(isOften && text.length >= sharedLength ? this.copy(start) : text, start);
    return this.keys[this.last] ?? '';
  }

  /** Whether the string that was passed is this key. */
  private isKey(place: number, start: number): boolean {
    const { body } = this;
    const from = this.starts[place] ?? NaN;
    const length = this.at - start;
    for (let i = 0; i < length; i++) {
      // The quote behind it, too.
      if (body[from + i] !== body[start + i]) {
        return false;
      }
    }
    return true;
  }

  /** @returns its place */
  private newKey(key: string, start: number): number {
    const place = this.keys.push(this.keptRules(key)) - 1;
    this.starts.push(start);
    this.places.set(key, place);
    return place;
  }

  private keptRules(key: string): string {
    try {
      return checkKey(key);
    } catch {
      throw notPlain;
    }
  }

  /** The string that was passed; one of many. */
  private part(start: number): string {
    return this.at - 1 - start < sharedLength
      ? (this.text ??= this.body.toString('latin1')).slice(start, this.at - 1)
      : this.copy(start);
  }
}
