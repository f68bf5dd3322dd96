import assert from 'node:assert/strict';
import { ApiError, type ErrorCode } from '../../../../src/core/errors';
import { smallSizes } from '../support';
import { historyName, pointsSuffix } from '../../../../src/server/store/histories';
import type { Patience } from '../../../../src/server/store/pace';
import type { RoomSizes } from '../../../../src/server/store/room';
import { openStore } from '../../../../src/server/store/store';
import type { RegistryWrite } from '../../../../src/server/store/registry/types';
import type { Store, Write } from '../../../../src/server/store/types';
import { nextTurn } from '../../../../src/server/turns';
import { compareWithModel, Model, type ModelledWrite } from '../model';
import { PlainRegistry, readRegistry } from '../registryModel';
import { dump, runIds } from './dump';
import { type Asked, type Chance, type DiskState, losePower, MemoryDisk } from './memoryDisk';

/** Two levels, so that the parent of the store's folder is made, too. */
export const storeFolder = '/home/store';

/** The event loop waits for each append of one writer, in every other life for all of them. */
function patienceIn(life: number): Patience {
  return { quick: Infinity, appends: 0, alone: life % 2 === 0 ? 0 : -1, stall: Infinity, pause: 0 };
}

/** In some lives segments get room after their first frames, in others as late as ever. */
function roomIn(life: number): { room?: RoomSizes } {
  const room = { from: 0, large: Infinity, frames: 1, left: 1000, least: 3000, most: 3000 };
  return life % 4 < 2 ? { room } : {};
}

/** Opens the store on a disk; everything that it does passes `disk.before`. */
export function openOn(disk: MemoryDisk): Promise<Store> {
  const options = { folder: storeFolder, artifactRoot: 'root:/', pointSizes: smallSizes };
  return openStore({ ...options, patience: patienceIn(disk.generation), ...roomIn(disk.generation) }, disk.files);
}

/** As the end of the process: nothing of it reaches the disk any more. Frees the store's memory. */
export async function abandon(disk: MemoryDisk, store: Store): Promise<void> {
  disk.detach();
  await store.close();
}

/** @returns undefined where the write succeeded */
export async function outcome(store: Store, write: Write): Promise<ErrorCode | undefined> {
  try {
    await store.write(write);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error.code;
  }
}

/** As the server does after a purge, and when it starts. */
export function finishPurges(store: Store): Promise<void> {
  return store.purging.finish((removals) => Promise.resolve(removals));
}

/** Every file of points on the disk belongs to a run, or is known to be removed. */
export function assertNoRest(disk: MemoryDisk, store: Store): void {
  const known = new Set(store.purging.removals().map(({ kind, name }) => `${kind} ${name}`));
  const left = runIds.filter((id) => store.getRunInfo(id) === undefined && !known.has(`history ${id}`));
  const names = disk.names(`${storeFolder}/history`);
  for (const id of left) {
    const file = historyName(id);
    for (const name of [file, file.replace(/\.sqlite$/, pointsSuffix)]) {
      assert.ok(!names.includes(name), `${name} is left of the run ${id}, which is not there`);
    }
  }
}

/** What the store should be: plain models, and beside them a store that never fails, for what they do not know. */
export class Plain {
  readonly runs: Model;
  readonly registry = new PlainRegistry();
  /** Dumps after 0, 1, 2, … writes. */
  readonly dumps: string[];

  private constructor(readonly reference: Store) {
    this.runs = new Model(reference.getExperiment('0')?.createdAt ?? 0);
    this.dumps = [dump(reference)];
  }

  static async make(): Promise<Plain> {
    return new Plain(await openOn(new MemoryDisk()));
  }

  /** @returns the code of the error that the store should answer */
  async write(write: Write): Promise<ErrorCode | undefined> {
    const code = await outcome(this.reference, write);
    if (isOfRegistry(write)) {
      assert.equal(code, this.registry.write(write));
    } else if (isModelled(write) && !(code !== undefined && isOfModels(write))) {
      assert.equal(code, this.runs.write(write));
    }
    this.dumps.push(dump(this.reference));
    return code;
  }

  async finishPurges(): Promise<void> {
    await finishPurges(this.reference);
    this.runs.finishPurges();
  }

  /** The last of the dumps is that of the models. */
  check(): void {
    compareWithModel(this.reference, this.runs);
    assert.deepStrictEqual(readRegistry(this.reference), this.registry.expected());
  }

  close(): Promise<void> {
    return this.reference.close();
  }
}

function isOfRegistry(write: Write): write is RegistryWrite {
  return /RegisteredModel|ModelVersion/.test(write.kind);
}

/** Metrics of logged models are metrics, but may be refused for the model's sake, which the plain model does not know. */
function isOfModels(write: Write): boolean {
  return write.kind === 'log' && write.modelMetrics !== undefined;
}

function isModelled(write: Write): write is ModelledWrite {
  return /Experiment|Run$|^log$|^deleteTag$|^purge$/.test(write.kind);
}

/** A moment at which the process may end. */
export interface CrashPoint {
  readonly state: DiskState;
  /** Writes that were answered, at least. */
  readonly least: number;
  /** Writes that were asked for. */
  readonly most: number;
  readonly at: string;
  readonly torn: Asked['torn'];
}

/** A store on a disk in memory, and every moment of its life. */
export class World {
  readonly points: CrashPoint[] = [];
  /** Writes in earlier lives, those that the event loop waited for and those in room. */
  private writes = { here: 0, inPlace: 0 };
  private answered = 0;
  private asked = 0;
  private life = 0;
  private disk: MemoryDisk;
  private store: Store | undefined;

  private constructor(readonly plain: Plain) {
    this.disk = this.watch(new MemoryDisk());
  }

  static async make(plain: Plain): Promise<World> {
    const world = new World(plain);
    await world.open();
    return world;
  }

  /** How many writes the event loop waited for, and how many were within a file. */
  get written(): { readonly here: number; readonly inPlace: number } {
    const { here, inPlace } = this.writes;
    return { here: here + this.disk.writesHere, inPlace: inPlace + this.disk.writesInPlace };
  }

  get current(): Store {
    assert.ok(this.store !== undefined);
    return this.store;
  }

  /** Asks for all writes at once, or one after the other has been taken up, while a checkpoint runs or not. */
  async write(writes: readonly Write[], options: { checkpoint: boolean; pause: number }): Promise<void> {
    const expected: (ErrorCode | undefined)[] = [];
    for (const each of writes) {
      expected.push(await this.plain.write(each));
    }
    const checkpoint = options.checkpoint ? this.current.checkpoint() : undefined;
    const outcomes = writes.map(async (each, i) => {
      for (let turn = 0; turn < i * options.pause; turn++) {
        // Within a turn of the event loop writes come into one group.
        await (turn % 4 === 3 ? nextTurn() : Promise.resolve());
      }
      this.asked++;
      const number = this.asked;
      const code = await outcome(this.current, each);
      // Those before it are in the same frame, or an earlier one. A refused one leaves no trace to look for.
      this.answered = code === undefined ? Math.max(this.answered, number) : this.answered;
      return code;
    });
    assert.deepEqual(await Promise.all(outcomes), expected);
    await checkpoint;
    this.answered = this.asked;
    this.check();
  }

  async checkpoint(): Promise<void> {
    await this.current.checkpoint();
    this.check();
  }

  /** Removes what purges left on the disk; what the store answers stays the same. */
  async finishPurges(): Promise<void> {
    await this.plain.finishPurges();
    await finishPurges(this.current);
    assert.deepEqual(this.current.purging.removals(), []);
    this.check();
  }

  /** Ends the process in one way or another and starts a new one. */
  async restart(how: 'end' | 'kill' | Chance): Promise<void> {
    if (how === 'end') {
      await this.current.close();
    } else {
      await abandon(this.disk, this.current);
    }
    const state = this.disk.state();
    this.writes = this.written;
    this.life++;
    this.disk = this.watch(new MemoryDisk(typeof how === 'function' ? losePower(state, how) : state, this.life));
    await this.open();
  }

  async end(): Promise<void> {
    if (this.store !== undefined) {
      await abandon(this.disk, this.store);
    }
  }

  private async open(): Promise<void> {
    this.store = await openOn(this.disk);
    this.check();
  }

  private check(): void {
    assert.equal(dump(this.current), this.plain.dumps[this.asked]);
    assertNoRest(this.disk, this.current);
    this.note('at rest', undefined);
  }

  private watch(disk: MemoryDisk): MemoryDisk {
    disk.before = ({ operation, path, torn }) => {
      if (
        !['realpath', 'list', 'read', 'readInPieces', 'readSync', 'readPartSync', 'facts', 'touch'].includes(operation)
      ) {
        this.note(`${operation} ${path}`, torn);
      }
      return undefined;
    };
    return disk;
  }

  private note(at: string, torn: Asked['torn']): void {
    const state = this.disk.state();
    this.points.push({ state, least: this.answered, most: this.asked, at: `${at} (life ${this.life})`, torn });
  }
}
