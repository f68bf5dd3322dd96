import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { oddLimit } from '../../../src/core/buckets';
import { sortByX, thin, type ThinnedSeries } from '../../../src/core/series';

const columns = (points: readonly (readonly [number, number])[]) => ({
  x: Float64Array.from(points, ([x]) => x),
  y: Float64Array.from(points, ([, y]) => y),
});

const anyY = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 5e-324, Number.MAX_VALUE),
);
const anyX = fc.oneof(
  fc.integer({ min: -300, max: 3000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 1e10 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anySeries = fc
  .array(fc.tuple(anyX, anyY), { maxLength: 400 })
  .map((points) => columns(points.sort((a, b) => a[0] - b[0])));

function thinned(x: Float64Array, y: Float64Array, maxPoints: number): ThinnedSeries {
  const series = thin(x, y, maxPoints);
  assert.equal(series.kind, 'thinned');
  return series;
}

/** Where each bucket starts and ends in the points, from the counts. */
function spans(series: ThinnedSeries): [number, number][] {
  let from = 0;
  return Array.from(series.count, (count) => {
    const span: [number, number] = [from, from + count];
    from += count;
    return span;
  });
}

describe('thin', () => {
  it('gives few points back as they are', () => {
    const { x, y } = columns([
      [0, 1],
      [1, NaN],
    ]);
    const series = thin(x, y, 2);
    assert.deepEqual(series, { kind: 'raw', x, y });
    assert.equal(thin(new Float64Array(), new Float64Array(), 100).kind, 'raw');
  });

  it('keeps number, minimum, maximum, last value and mean of every bucket, and has few enough buckets', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 2, max: 50 }), ({ x, y }, maxPoints) => {
        const series = thin(x, y, maxPoints);
        if (series.kind === 'raw') {
          assert.ok(x.length <= maxPoints);
          return;
        }
        assert.ok(series.x.length <= maxPoints, `${series.x.length} buckets`);
        assert.equal(
          series.count.reduce((a, b) => a + b, 0),
          x.length,
        );
        spans(series).forEach(([from, to], bucket) => {
          const finite = y.subarray(from, to).filter(Number.isFinite);
          assert.equal(series.x[bucket], x[to - 1]);
          // Which of 0 and -0 is the smaller one does not matter: adding 0 makes them the same.
          assert.equal((series.min[bucket] ?? 0) + 0, (finite.length ? Math.min(...finite) : NaN) + 0);
          assert.equal((series.max[bucket] ?? 0) + 0, (finite.length ? Math.max(...finite) : NaN) + 0);
          assert.equal(series.last[bucket], finite.at(-1) ?? NaN);
          const mean = series.mean[bucket] ?? 0;
          assert.ok(!finite.length || (mean >= Math.min(...finite) && mean <= Math.max(...finite)), `mean ${mean}`);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('uses aligned buckets: a power of two wide, and the smallest that fits', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(5000), { minLength: 20 }),
        fc.integer({ min: 2, max: 19 }),
        (steps, maxPoints) => {
          const x = Float64Array.from(steps).sort();
          const series = thinned(x, x, maxPoints);
          const count = (width: number): number => new Set(Array.from(x, (value) => Math.floor(value / width))).size;
          let width = 1;
          while (count(width) > maxPoints) {
            width *= 2;
          }
          assert.equal(series.x.length, count(width));
          assert.deepEqual(
            Array.from(series.x, (value) => Math.floor(value / width)),
            [...new Set(Array.from(x, (value) => Math.floor(value / width)))],
          );
        },
      ),
    );
  });

  it('only merges whole buckets when points are appended', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 2, max: 30 }), fc.nat(), ({ x, y }, maxPoints, cut) => {
        fc.pre(x.length > maxPoints + 1);
        const early = maxPoints + 1 + (cut % (x.length - maxPoints - 1));
        const before = spans(thinned(x.subarray(0, early), y.subarray(0, early), maxPoints));
        const after = new Set(spans(thinned(x, y, maxPoints)).map(([from]) => from));
        const starts = new Set(before.map(([from]) => from));
        for (const start of after) {
          assert.ok(start >= early || starts.has(start), `a boundary appeared at point ${start}`);
        }
      }),
    );
  });

  it('has the same closed buckets live and finished while the width stays', () => {
    const x = Float64Array.from({ length: 4096 }, (_, i) => i);
    const y = x.map((value) => Math.sin(value / 30));
    const live = thinned(x.subarray(0, 3000), y.subarray(0, 3000), 256);
    const done = thinned(x, y, 256);
    for (const key of ['x', 'last', 'min', 'max', 'mean', 'count'] as const) {
      assert.deepEqual([...live[key].slice(0, -1)], [...done[key].slice(0, live.x.length - 1)], key);
    }
  });

  it('keeps every NaN and infinity up to the limit, and one of each kind in each bucket beyond it', () => {
    const x = Float64Array.from({ length: 5000 }, (_, i) => i);
    const some = x.map((value) => (value % 100 === 7 ? NaN : value === 4000 ? -Infinity : value));
    const series = thinned(x, some, 100);
    assert.equal(series.oddX.length, 51);
    assert.deepEqual([...series.oddX.slice(0, 2)], [7, 107]);
    assert.equal(series.oddY[40], -Infinity);
    assert.equal(series.oddX[40], 4000);

    const many = x.map((value) => (value === 4999 ? Infinity : value > 2000 ? NaN : value));
    const diverged = thinned(x, many, 100);
    assert.ok(diverged.oddX.length <= 300 && diverged.oddX.length < oddLimit);
    assert.equal(diverged.oddX[0], 2001);
    assert.equal(diverged.oddY.at(-1), Infinity);
    assert.equal(Number.isNaN(diverged.min.at(-1)), true);
  });

  it('does not overflow in the mean of the largest doubles', () => {
    const x = Float64Array.from([0, 0.25, 0.5]);
    const y = Float64Array.from([Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE]);
    assert.equal(thinned(x, y, 2).mean[0], Number.MAX_VALUE);
  });

  it('is linear: a million points do not take for ever', () => {
    const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i * 1.7);
    assert.ok(thinned(x, x, 1000).x.length > 400);
  });

  it('refuses columns of different lengths and an impossible number of points', () => {
    assert.throws(() => thin(new Float64Array(3), new Float64Array(2), 10), /differ in length/);
    assert.throws(() => thin(new Float64Array(3), new Float64Array(3), 1), /at least 2/);
    assert.throws(() => thin(new Float64Array(3), new Float64Array(3), NaN), /at least 2/);
  });
});

describe('sortByX', () => {
  it('orders by x and keeps the order of equal ones', () => {
    const sorted = sortByX(Float64Array.from([2, 1, 2, 0]), Float64Array.from([10, 11, 12, 13]));
    assert.deepEqual([...sorted.x], [0, 1, 2, 2]);
    assert.deepEqual([...sorted.y], [13, 11, 10, 12]);
  });

  it('is a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (all) => {
        const x = Float64Array.from(all);
        const y = x.map((_, i) => i);
        const before = x.slice();
        const sorted = sortByX(x, y);
        const expected = all.map((each, i) => [each, i] as const).sort(([a], [b]) => a - b);
        assert.deepEqual(
          [...sorted.x],
          expected.map(([each]) => each),
        );
        assert.deepEqual(
          [...sorted.y],
          expected.map(([, i]) => i),
        );
        assert.deepEqual(x, before);
      }),
    );
  });

  it('returns ordered columns themselves', () => {
    const x = Float64Array.from([0, 1, 1]);
    assert.equal(sortByX(x, x).x, x);
  });
});
