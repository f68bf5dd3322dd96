import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFilter } from '../../../src/core/search/parse';
import { evaluate } from '../../../src/core/search/evaluate';
import { subject } from '../../../src/core/search/subject';
import { nameFilter } from '../../../src/host/commands/runSearch';

describe('the search for runs by name', () => {
  it('finds every run whose name holds what was typed', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 }).filter((each) => each.trim() !== '');
    fc.assert(
      fc.property(text, fc.string(), fc.string(), (typed, before, after) => {
        const filter = nameFilter(typed);
        if (filter === undefined) {
          assert.ok(typed.includes("'") && typed.includes('"'));
          return;
        }
        const parsed = parseFilter(filter, { entity: 'runs', dialect: 'mlflow' });
        assert.ok(parsed.ok, filter);
        const run = subject({ attributes: { run_name: before + typed.toUpperCase() + after }, params: [], tags: [] });
        assert.ok(evaluate(parsed.value, run), filter);
      }),
    );
  });
});
