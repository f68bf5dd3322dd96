/**
 * As many runs with as many keys as a test wants, always the same for the same wish. Cells are worked out when they are asked for:
 * 10,000 runs of 200 keys are there at once and take no memory.
 */
import type { WireDouble } from '../../../src/protocol/mlflow';
import type { PanelRun } from '../../../src/protocol/panels';
import type { KeyFacts } from '../../../src/protocol/tableTypes';
import type { KeyKind } from './fakeTable';
import type { Cells, LiveRun, Points } from './liveRun';
import { wire } from './scenario';

export interface MadeUpRuns {
  readonly runs: number;
  readonly metrics: number;
  readonly params: number;
  readonly tags: number;
  /** Points of each metric; default 5. */
  readonly points?: number;
  /** Every tenth run has four children. */
  readonly nested?: boolean;
}

const firstStart = Date.UTC(2026, 0, 5, 9, 0, 0);
const stride = 100;

const metricNames = ['val/acc', 'val/loss', 'val/top5', 'train/loss', 'train/acc', 'optim/lr', 'time/step_ms'];
const paramNames = ['lr', 'batch_size', 'optimizer', 'model', 'seed', 'data/path', 'notes'];
const tagNames = ['mlflow.user', 'mlflow.source.name', 'team', 'mlflow.source.git.commit', 'stage'];
const choices: Readonly<Record<string, readonly string[]>> = {
  lr: ['0.1', '0.03', '0.01', '0.003', '1e-3', '3e-4', '1e-4'],
  batch_size: ['32', '64', '128', '256', '512'],
  optimizer: ['adam', 'adamw', 'sgd', 'lion'],
  model: ['wrn28-10', 'r50', 'vit-s', 'convnext-t'],
  'data/path': ['/data/imagenet/2012/train', '/data/imagenet/2012/train-v2-with-a-much-longer-name'],
  notes: ['', 'first line\nsecond line\nthird line', '=1+1', '<b>not bold</b>'],
  'mlflow.user': ['ada', 'grace', 'kåre', '実験者'],
  team: ['vision', 'speech'],
};

/** Every fourth key that is not named above is the same in all runs, every fifth is in half of the runs only. */
interface Key {
  readonly name: string;
  readonly index: number;
  readonly isConstant: boolean;
  readonly isSparse: boolean;
}

function keysOf(named: readonly string[], prefix: string, count: number): Key[] {
  return Array.from({ length: count }, (_, index) => {
    const isNamed = index < named.length;
    return {
      name: named[index] ?? `${prefix}${Math.floor(index / 10)}/key_${String(index).padStart(3, '0')}`,
      index,
      isConstant: !isNamed && index % 4 === 0,
      isSparse: !isNamed && index % 5 === 0,
    };
  });
}

/** The runs, newest first, and what is known of their keys. */
export function madeUpRuns(wish: MadeUpRuns): { runs: LiveRun[]; keys: (kind: KeyKind) => KeyFacts[] } {
  const keys: Record<KeyKind, Key[]> = {
    metrics: keysOf(metricNames, 'group', wish.metrics),
    params: keysOf(paramNames, 'config', wish.params),
    tags: keysOf(tagNames, 'tag', wish.tags),
  };
  const byName = (kind: KeyKind) => new Map(keys[kind].map((key) => [key.name, key]));
  const index = { metrics: byName('metrics'), params: byName('params'), tags: byName('tags') };
  const runs = Array.from({ length: wish.runs }, (_, place): LiveRun => {
    const slot = wish.runs - 1 - place;
    return {
      number: slot + 1,
      facts: factsOf(slot, wish),
      metrics: new Computed(index.metrics, slot, (key) => pointsOf(key, slot, wish.points ?? 5)),
      params: new Computed(index.params, slot, (key) => textOf(key, slot)),
      tags: new Computed(index.tags, slot, (key) => textOf(key, slot)),
      artifacts: new Map(),
    };
  });
  const half = Math.ceil(wish.runs / 2);
  return {
    runs,
    keys: (kind) =>
      keys[kind]
        .map(({ name, isConstant, isSparse }) => ({
          key: name,
          runs: isSparse ? half : wish.runs,
          differs: wish.runs > 1 && (isSparse || !isConstant),
        }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

export function madeUpRunId(slot: number): string {
  return `f26e71d5${slot.toString(16).padStart(24, '0')}`;
}

function factsOf(slot: number, { runs, nested }: MadeUpRuns): LiveRun['facts'] {
  const startTime = firstStart + slot * 600_000;
  const status = statusOf(slot, runs);
  const isChild = nested === true && slot % 10 > 0 && slot % 10 < 5;
  return {
    id: madeUpRunId(slot),
    experimentId: '1',
    experimentName: 'cifar100',
    name: `r${String(slot).padStart(5, '0')}-${pick(choices['model'] ?? [], slot, 3)}-s${slot % 3}`,
    status,
    stage: 'active',
    startTime,
    ...(status === 'RUNNING' ? {} : { endTime: startTime + 300_000 + (hash(slot, 1) % 9_000_000) }),
    slot,
    ...(isChild ? { parentId: madeUpRunId(slot - (slot % 10)) } : {}),
  };
}

function statusOf(slot: number, runs: number): PanelRun['status'] {
  if (slot >= runs - 3) {
    return 'RUNNING';
  }
  return slot % 17 === 0 ? 'FAILED' : slot % 23 === 0 ? 'KILLED' : 'FINISHED';
}

function pointsOf({ index, isConstant }: Key, slot: number, count: number): Points {
  const scale = 10 ** ((index % 7) - 3);
  const end = isConstant ? 0.5 : (hash(slot, index) % 100_000) / 100_000;
  const odd = isConstant ? 1 : hash(slot, index + 1000) % 2000;
  const steps: number[] = [];
  const values: WireDouble[] = [];
  for (let i = 0; i < count; i++) {
    const isLast = i === count - 1;
    steps.push(i * stride);
    values.push(isLast && odd === 0 ? 'NaN' : wire(scale * (end + (isLast ? 0 : 1 / (i + 1)))));
  }
  return { steps, values };
}

function textOf({ name, index, isConstant }: Key, slot: number): string {
  const known = choices[name];
  if (known) {
    return pick(known, slot, index);
  }
  if (isConstant) {
    return `the same ${index}`;
  }
  if (name === 'seed') {
    return String(slot);
  }
  return index % 3 === 0 ? String((hash(slot, index) % 1000) / 100) : `choice-${hash(slot, index) % 12}`;
}

function pick(from: readonly string[], slot: number, index: number): string {
  return from[hash(slot, index) % from.length] ?? '';
}

/** Well mixed 32 bits of two numbers. */
function hash(a: number, b: number): number {
  let mixed = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Values that are worked out when asked for; what was set is kept. */
class Computed<Value> implements Cells<Value> {
  readonly #changed = new Map<string, Value | undefined>();

  constructor(
    private readonly known: ReadonlyMap<string, Key>,
    private readonly slot: number,
    private readonly compute: (key: Key) => Value,
  ) {}

  *keys(): Iterable<string> {
    for (const key of new Set([...this.known.keys(), ...this.#changed.keys()])) {
      if (this.get(key) !== undefined) {
        yield key;
      }
    }
  }

  get(key: string): Value | undefined {
    if (this.#changed.has(key)) {
      return this.#changed.get(key);
    }
    const known = this.known.get(key);
    return known === undefined || (known.isSparse && this.slot % 2 === 1) ? undefined : this.compute(known);
  }

  set(key: string, value: Value): void {
    this.#changed.set(key, value);
  }

  delete(key: string): boolean {
    const had = this.get(key) !== undefined;
    this.#changed.set(key, undefined);
    return had;
  }
}
