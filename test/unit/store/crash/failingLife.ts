import assert from 'node:assert/strict';
import { ApiError } from '../../../../src/core/errors';
import type { Store, Write } from '../../../../src/server/store/types';
import type { Operation } from '../support';
import { systemError } from '../support';
import { dump } from './dump';
import { type Chance, losePower, MemoryDisk } from './memoryDisk';
import { abandon, assertNoRest, finishPurges, openOn, outcome } from './world';

export type Step = readonly Write[] | 'checkpoint' | 'finishPurges' | 'end' | 'kill';

/** From the n-th operation on, so many operations fail with `code`, those that can. */
export interface Fault {
  readonly code: 'EIO' | 'ENOSPC' | 'EACCES';
  readonly nth: number;
  readonly times: number;
  /** What an append that fails writes all the same, in bytes. */
  readonly tornBytes: number;
}

const grows: Operation[] = ['makeFolder', 'open', 'rename', 'link', 'append', 'sync'];
const needsPermission: Operation[] = ['makeFolder', 'open', 'rename', 'link', 'remove', 'touch'];

function canFail(code: Fault['code'], operation: Operation): boolean {
  return code === 'EIO' || (code === 'ENOSPC' ? grows : needsPermission).includes(operation);
}

/** A life of a store on a disk that fails for a while, beside a store with the writes that were answered. */
export class FailingLife {
  private disk: MemoryDisk;
  private life = 0;
  private failing = true;
  /** Operations of all lives. */
  operations = 0;
  /** Operations that failed. */
  failures = 0;
  private store: Store | undefined;
  /** Groups of writes that were refused without certainty since the last one that was answered. */
  private uncertain: Write[][] = [];

  private constructor(
    private readonly fault: Fault,
    private readonly reference: Store,
    private readonly referenceDisk: MemoryDisk,
    private readonly chance: Chance,
  ) {
    this.disk = this.watch(new MemoryDisk());
  }

  static async make(fault: Fault, chance: Chance): Promise<FailingLife> {
    const disk = new MemoryDisk();
    return new FailingLife(fault, await openOn(disk), disk, chance);
  }

  async run(steps: readonly Step[]): Promise<void> {
    try {
      await this.open();
      for (const step of steps) {
        await this.take(step);
      }
      this.failing = false;
      await this.recovers();
    } finally {
      await this.reference.close();
      if (this.store !== undefined) {
        await abandon(this.disk, this.store);
      }
    }
  }

  private async take(step: Step): Promise<void> {
    if (step === 'end') {
      await this.current.close();
      await this.restart(this.disk.state());
    } else if (step === 'kill') {
      await abandon(this.disk, this.current);
      await this.restart(this.disk.state());
    } else if (step === 'checkpoint') {
      await this.current.checkpoint().catch((error: unknown) => assert.match(String(error), /made by a test/));
    } else if (step === 'finishPurges') {
      await this.finishPurges();
    } else {
      await this.write(step);
    }
    this.check(this.current);
  }

  /** Where that fails the removals stay known, or it is not certain whether their end was noted. */
  private async finishPurges(): Promise<void> {
    try {
      await finishPurges(this.current);
      await finishPurges(this.reference);
    } catch (error) {
      assert.match(String(error), /made by a test/);
      if (String(error).includes('not certain')) {
        this.uncertain.push([{ kind: 'noteRemoved', removals: this.reference.purging.removals() }]);
      }
    }
  }

  private async write(writes: readonly Write[]): Promise<void> {
    const answered: Write[] = [];
    const uncertain: Write[] = [];
    const failures = this.failures;
    await Promise.all(
      writes.map(async (each) => {
        try {
          await this.current.write(each);
          answered.push(each);
        } catch (error) {
          assert.ok(error instanceof ApiError, String(error));
          if (error.code === 'INSUFFICIENT_STORAGE') {
            assert.ok(this.failures > failures, 'the store refuses writes although the disk works');
          }
          if (error.message.includes('not certain')) {
            uncertain.push(each);
          }
        }
      }),
    );
    for (const each of answered) {
      assert.equal(await outcome(this.reference, each), undefined);
    }
    if (answered.length > 0) {
      this.uncertain = [];
    } else if (uncertain.length > 0) {
      this.uncertain.push(uncertain);
    }
  }

  /** Of what the store was not certain about, one group may be there after a restart, whole. */
  private async acceptUncertain(store: Store): Promise<void> {
    for (const group of this.uncertain) {
      if (store.revision === this.reference.revision) {
        break;
      }
      const copy = await openOn(new MemoryDisk(this.referenceDisk.state(), ++this.life));
      for (const each of group) {
        await outcome(copy, each);
      }
      if (dump(copy) === dump(store)) {
        for (const each of group) {
          await outcome(this.reference, each);
        }
      }
      await copy.close();
    }
    this.uncertain = [];
  }

  /** The disk works again: writing goes on at once, and nothing of what was refused is there, now or after a crash. */
  private async recovers(): Promise<void> {
    const time = 2;
    const late: Write = { kind: 'createExperiment', name: 'late', artifactLocation: undefined, tags: [], time };
    await this.write([late]);
    assert.notEqual(this.current.getExperimentByName('late'), undefined);
    this.check(this.current);
    const way = this.chance(3);
    const state = this.disk.state();
    await abandon(this.disk, this.current);
    await this.restart(way === 0 ? state : losePower(state, way === 1 ? () => 0 : this.chance));
    this.check(this.current);
    await this.finishPurges();
    assert.deepEqual(this.current.purging.removals(), []);
    await this.current.checkpoint();
    this.check(this.current);
  }

  private get current(): Store {
    assert.ok(this.store !== undefined);
    return this.store;
  }

  /** Reads go on: what is not in memory is on the disk. */
  private check(store: Store): void {
    const { failing } = this;
    this.failing = false;
    assert.equal(dump(store), dump(this.reference));
    assert.deepEqual(store.purging.removals(), this.reference.purging.removals());
    assertNoRest(this.disk, store);
    this.failing = failing;
  }

  private async restart(state: ReturnType<MemoryDisk['state']>): Promise<void> {
    this.store = undefined;
    this.life++;
    this.disk = this.watch(new MemoryDisk(state, this.life));
    await this.open();
  }

  /** Where it fails somebody mends the disk and starts again. */
  private async open(): Promise<void> {
    try {
      this.store = await openOn(this.disk);
      if (!this.store.readOnly) {
        await this.acceptUncertain(this.store);
        return;
      }
      await this.store.close();
    } catch (error) {
      assert.ok(this.failures > 0, String(error));
    }
    this.failing = false;
    this.life++;
    this.disk.detach();
    this.disk = this.watch(new MemoryDisk(this.disk.state(), this.life));
    this.store = await openOn(this.disk);
    assert.equal(this.store.readOnly, false);
    await this.acceptUncertain(this.store);
  }

  private watch(disk: MemoryDisk): MemoryDisk {
    const { code, nth, times, tornBytes } = this.fault;
    disk.tornBytes = tornBytes;
    disk.before = ({ operation }) => {
      const index = this.operations++;
      if (!this.failing || index < nth || this.failures >= times || !canFail(code, operation)) {
        return undefined;
      }
      this.failures++;
      return systemError(code);
    };
    return disk;
  }
}
