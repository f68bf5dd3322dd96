import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Write } from '../../../../src/server/store/types';
import { anyWrite, purgeOfRun, runWithPoints } from '../arbitraries';
import { explore, type Tally } from './explore';
import { chances } from './chances';
import { Plain, World } from './world';

/** Random histories; each is crashed at every one of its operations. `LABBOOK_CRASH_HISTORIES` asks for more. */
const histories = Number(process.env['LABBOOK_CRASH_HISTORIES'] ?? 4);

type Command = fc.AsyncCommand<Plain, World>;

class Writes implements Command {
  constructor(
    private readonly writes: readonly Write[],
    private readonly options: { checkpoint: boolean; pause: number },
  ) {}

  check = () => true;

  async run(plain: Plain, world: World): Promise<void> {
    await world.write(this.writes, this.options);
    plain.check();
  }

  toString(): string {
    return `write ${fc.stringify(this.writes)} ${JSON.stringify(this.options)}`;
  }
}

class Checkpoint implements Command {
  check = () => true;

  run(_plain: Plain, world: World): Promise<void> {
    return world.checkpoint();
  }

  toString = () => 'checkpoint';
}

class FinishPurges implements Command {
  check = () => true;

  run(_plain: Plain, world: World): Promise<void> {
    return world.finishPurges();
  }

  toString = () => 'finish purges';
}

class Restart implements Command {
  constructor(private readonly how: 'end' | 'kill' | { readonly seed: number }) {}

  check = () => true;

  run(_plain: Plain, world: World): Promise<void> {
    return world.restart(typeof this.how === 'string' ? this.how : chances(this.how.seed));
  }

  toString = () => `restart after ${JSON.stringify(this.how)}`;
}

const writes = fc
  .record({
    writes: fc.array(anyWrite, { minLength: 1, maxLength: 5 }),
    checkpoint: fc.boolean(),
    pause: fc.nat(30),
  })
  .map(({ writes: each, ...options }) => new Writes(each, options));
/** So that most histories have a run with points. */
const firstRun = new Writes(runWithPoints, { checkpoint: false, pause: 0 });

/** Deletes it for good; where it is not there that is refused. */
const purgeFirst = new Writes(purgeOfRun, { checkpoint: false, pause: 0 });

const commands = fc.commands(
  [
    writes,
    writes,
    writes,
    fc.constant(new Checkpoint()),
    fc.constant(new FinishPurges()),
    fc.constant(purgeFirst),
    fc.constantFrom(new Restart('end'), new Restart('kill')),
    fc.nat().map((seed) => new Restart({ seed })),
    fc.constant(firstRun),
  ],
  { maxCommands: 10, size: 'max' },
);

describe('Store: crashes', () => {
  it('holds what was answered, and nothing in part, wherever it crashes', async () => {
    const tally: Tally & { points: number; here: number; inPlace: number } = {
      crashes: 0,
      points: 0,
      here: 0,
      inPlace: 0,
    };
    await fc.assert(
      fc.asyncProperty(commands, fc.nat(), async (history, seed) => {
        const plain = await Plain.make();
        const world = await World.make(plain);
        try {
          await fc.asyncModelRun(() => ({ model: plain, real: world }), history);
          await world.end();
          const chance = chances(seed);
          for (const point of world.points) {
            await explore(point, plain.dumps, chance, tally);
          }
          tally.points += world.points.length;
          tally.here += world.written.here;
          tally.inPlace += world.written.inPlace;
        } finally {
          await world.end();
          await plain.close();
        }
      }),
      { numRuns: histories, endOnFailure: process.env['LABBOOK_CRASH_SHRINK'] === undefined },
    );
    const { crashes, points, here, inPlace } = tally;
    console.log(
      `      ${crashes} crashes at ${points} points of ${histories} histories, ${here} writes waited for, ${inPlace} in room`,
    );
    assert.ok(points > 20 * histories && crashes > 4 * points && here > 0 && inPlace > 0);
  }).timeout(100_000 + histories * 10_000);
});
