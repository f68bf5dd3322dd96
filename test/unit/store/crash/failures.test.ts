import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyWrite, purgeOfRun, runWithPoints } from '../arbitraries';
import { chances } from './chances';
import { FailingLife, type Fault, type Step } from './failingLife';

/** Random histories; in each, every operation fails once. `LABBOOK_CRASH_HISTORIES` asks for more. */
const histories = Number(process.env['LABBOOK_CRASH_HISTORIES'] ?? 3);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.array(anyWrite, { minLength: 1, maxLength: 4 }) },
  fc.constantFrom('checkpoint' as const, 'finishPurges' as const, 'end' as const, 'kill' as const),
  fc.constantFrom(runWithPoints, purgeOfRun),
);

describe('Store: failing operations', () => {
  it('refuses what it cannot save, keeps what it answered, and goes on, whichever operations fail', async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), fc.nat(), async (rest, seed) => {
        const steps: Step[] = [runWithPoints, ...rest];
        const chance = chances(seed);
        let nth = 0;
        for (let operations = Infinity; nth < operations; nth++) {
          const fault: Fault = {
            code: (['EIO', 'ENOSPC', 'EACCES'] as const)[chance(3)] ?? 'EIO',
            nth,
            times: [1, 1, 2, 3, 10, 1000][chance(6)] ?? 1,
            tornBytes: chance(2) * chance(300),
          };
          const life = await FailingLife.make(fault, chance);
          try {
            await life.run(steps);
          } catch (error) {
            throw new Error(`${JSON.stringify(fault)}: ${String(error)}`, { cause: error });
          }
          operations = life.operations;
          tried++;
        }
      }),
      { numRuns: histories, endOnFailure: process.env['LABBOOK_CRASH_SHRINK'] === undefined },
    );
    console.log(`      ${tried} failures in ${histories} histories`);
    assert.ok(tried > 50 * histories);
  }).timeout(100_000 + histories * 20_000);
});
