import assert from 'node:assert/strict';
import { type Chance, type DiskState, losePower, MemoryDisk } from './memoryDisk';
import { abandon, assertNoRest, type CrashPoint, finishPurges, openOn, outcome } from './world';
import { dump } from './dump';
import type { Write } from '../../../../src/server/store/types';

/** How many crashes were tried. */
export interface Tally {
  crashes: number;
}

const durableOnly: Chance = () => 0;

/**
 * Lets the process end at a moment in every way: killed, the power gone, killed in the middle of an append; opens what is left,
 * and lets it crash again while it is being opened and after it has gone on.
 * @throws AssertionError where what was answered is not there, or what was not is there in part
 */
export async function explore(
  point: CrashPoint,
  dumps: readonly string[],
  chance: Chance,
  tally: Tally,
): Promise<void> {
  const allowed = dumps.slice(point.least, point.most + 1);
  const { state, torn } = point;
  const ways: [string, DiskState][] = [
    ['killed', state],
    ['power lost', losePower(state, durableOnly)],
    ['power lost, some writes kept', losePower(state, chance)],
  ];
  if (torn !== undefined) {
    ways.push(['killed while writing', torn.after(chance(torn.length))]);
  }
  for (const [way, left] of ways) {
    const where = `${way} before ${point.at}`;
    try {
      await reopen(left, allowed, chance, tally);
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

async function reopen(left: DiskState, allowed: readonly string[], chance: Chance, tally: Tally): Promise<void> {
  tally.crashes++;
  const disk = new MemoryDisk(left, 1000);
  const states: DiskState[] = [];
  disk.before = () => void states.push(disk.state());
  const store = await openOn(disk);
  const found = dump(store);
  assert.ok(allowed.includes(found), `${found} is none of ${allowed.length} states: ${allowed.join('\n')}`);
  assertNoRest(disk, store);
  // It crashes once more while it is being opened.
  const during = states[chance(states.length)] ?? left;
  await sameAfter(anyCrash(during, chance), allowed, tally);
  // What purges left is removed, and it goes on for a while, and crashes then.
  if (chance(2) === 0) {
    await finishPurges(store);
    assert.equal(dump(store), found);
    assertNoRest(disk, store);
  }
  assert.equal(await outcome(store, newExperiment), undefined);
  await outcome(store, newPoints);
  const after = dump(store);
  const checkpoint = [store.checkpoint.bind(store), () => finishPurges(store), undefined][chance(4)]?.();
  for (let turns = chance(100); turns > 0; turns--) {
    await Promise.resolve();
  }
  const later = disk.state();
  await checkpoint;
  await abandon(disk, store);
  await sameAfter(anyCrash(later, chance), [after], tally);
}

function anyCrash(state: DiskState, chance: Chance): DiskState {
  const way = chance(3);
  return way === 0 ? state : losePower(state, way === 1 ? durableOnly : chance);
}

const newExperiment: Write = {
  kind: 'createExperiment',
  name: 'after the crash',
  artifactLocation: undefined,
  tags: [],
  time: 1,
};
/** Refused where there is no such run. */
const newPoints: Write = {
  kind: 'log',
  runId: 'r1',
  metrics: [1, 2, 3].map((step) => ({ key: 'loss', value: step / 7, step, timestamp: 9 })),
  params: [],
  tags: [],
};

async function sameAfter(left: DiskState, allowed: readonly string[], tally: Tally): Promise<void> {
  tally.crashes++;
  const disk = new MemoryDisk(left, 1001);
  const store = await openOn(disk);
  const found = dump(store);
  assertNoRest(disk, store);
  await abandon(disk, store);
  assert.ok(allowed.includes(found), `a second crash: ${found} is none of ${allowed.length} states`);
}
