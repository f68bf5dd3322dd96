import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { numberColumn, TextColumn } from '../../../src/core/sparseColumns';

const anyRun = fc.nat({ max: 40 });
const sorted = <Value>(map: ReadonlyMap<number, Value>): [number, Value][] => [...map].sort(([a], [b]) => a - b);

describe('sparse columns', () => {
  it('hold numbers as a map does, in the order of the runs', () => {
    const anyChange = fc.tuple(anyRun, fc.option(fc.double(), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 200 }), (changes) => {
        const column = numberColumn();
        const map = new Map<number, number>();
        for (const [run, value] of changes) {
          if (value === undefined) {
            column.delete(run);
            map.delete(run);
          } else {
            column.set(run, value);
            map.set(run, value);
          }
        }
        const cells = [...column.runs].map((run, i) => [run, column.values[i]]);
        assert.deepEqual(cells, sorted(map));
        assert.equal(column.count, map.size);
        for (let run = 0; run < 42; run++) {
          const place = column.placeOf(run);
          assert.equal(place === undefined ? undefined : column.runs[place], map.has(run) ? run : undefined);
        }
      }),
    );
  });

  it('hold texts as a map does, each different one once', () => {
    const anyChange = fc.tuple(anyRun, fc.option(fc.nat({ max: 300 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 600 }), (changes) => {
        const column = new TextColumn();
        const map = new Map<number, string>();
        for (const [run, value] of changes) {
          if (value === undefined) {
            column.delete(run);
            map.delete(run);
          } else {
            column.set(run, `t${value}`);
            map.set(run, `t${value}`);
          }
        }
        const cells = [...column.runs].map((run, i) => [run, column.texts[column.codes[i] ?? -1]]);
        assert.deepEqual(cells, sorted(map));
        assert.equal(new Set(column.texts).size, column.texts.length);
      }),
    );
  });

  it('forget texts that no run has any more', () => {
    const column = new TextColumn();
    for (let i = 0; i < 10_000; i++) {
      column.set(i % 10, `progress ${i}`);
    }
    assert.ok(column.texts.length < 200, `${column.texts.length}`);
    assert.deepEqual(
      [...column.codes].map((code) => column.texts[code]),
      Array.from({ length: 10 }, (_, i) => `progress ${9990 + i}`),
    );
  });
});
