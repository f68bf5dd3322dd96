import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Curve, type Rows } from '../../../src/core/curve';
import { thin, type Series } from '../../../src/core/series';
import { smooth, type Smoothing } from '../../../src/core/smoothing';
import { continueSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';

const anyY = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
);
const anyDistance = fc.oneof(
  fc.constant(1),
  fc.constantFrom(0, 0.25, 1, 40),
  fc.double({ min: 0, max: 3, noNaN: true }),
);

const anyCurve = fc
  .tuple(
    fc.integer({ min: -50, max: 50 }),
    fc.boolean(),
    fc.array(fc.tuple(anyDistance, anyY), { minLength: 1, maxLength: 500, size: 'max' }),
  )
  .map(([start, even, points]) => {
    let x = start;
    return {
      x: Float64Array.from(points, ([distance]) => (x += even ? 1 : distance)),
      y: Float64Array.from(points, ([, y]) => y),
    };
  });
const anySmoothing: fc.Arbitrary<Smoothing> = fc.constantFrom(
  { kind: 'ema', amount: 0.9 },
  { kind: 'timeEma', amount: 0.9 },
  { kind: 'mean', amount: 11 },
  { kind: 'median', amount: 4 },
  { kind: 'gaussian', amount: 2 },
);
const anyQuery = fc.record(
  {
    maxPoints: fc.oneof(fc.integer({ min: 2, max: 60 }), fc.constant(1000)),
    smoothing: anySmoothing,
    range: fc.tuple(fc.integer({ min: -60, max: 300 }), fc.integer({ min: 0, max: 400 })).map(([min, width]) => ({
      min,
      max: min + width,
    })),
  },
  { requiredKeys: ['maxPoints'] },
);

const entryOf = ({ smooth: smoothed, keep, ...facts }: Rows): SeriesEntry => ({
  runId: 'r',
  key: 'k',
  ...facts,
  ...(smoothed === undefined ? {} : { smooth: smoothed }),
  ...(keep === undefined ? {} : { keep }),
});

/** Says what differs, and lets sums differ by rounding. */
function assertSame(actual: Series, expected: Series): void {
  const { mean: actualMean, ...rest } = { mean: [], ...actual };
  const { mean: expectedMean, ...expectedRest } = { mean: [], ...expected };
  assert.deepEqual(rest, expectedRest);
  actualMean.forEach((each, i) => assert.ok(!(Math.abs(each - (expectedMean[i] ?? NaN)) > 1e-9), `mean of row ${i}`));
}

/** How many points each of the narrowest buckets has of which there are at most `most`; x are multiples of 1/4, none below 0. */
function countsInBuckets(x: Float64Array, most: number): number[] {
  for (let width = 1 / 4; ; width *= 2) {
    const counts = new Map<number, number>();
    x.forEach((each) => counts.set(Math.floor(each / width), (counts.get(Math.floor(each / width)) ?? 0) + 1));
    if (counts.size <= most) {
      return [...counts.values()];
    }
  }
}

describe('Curve', () => {
  it('has buckets that begin at multiples of their width', () => {
    const anyStart = fc.oneof(fc.nat(40), fc.constantFrom(2 ** 31 - 30, 2 ** 40, 1_700_000_000_000));
    const distances = fc.array(fc.constantFrom(0, 1, 1, 1, 2, 9, 0.25), { minLength: 3, maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(anyStart, distances, fc.integer({ min: 2, max: 50 }), (start, steps, maxPoints) => {
        let next = start;
        const x = Float64Array.from(steps, (step) => (next += step));
        const series = new Curve(x, x.slice()).rows({ maxPoints })?.series;
        if (series?.kind === 'thinned') {
          assert.deepEqual([...series.count], countsInBuckets(x, maxPoints));
        } else {
          assert.ok(x.length <= maxPoints);
        }
      }),
    );
  });

  it('has the same rows for a part as that part alone', () => {
    fc.assert(
      fc.property(anyCurve, anyQuery, ({ x, y }, { maxPoints, range }) => {
        const curve = new Curve(x.slice(), y.slice());
        const rows = curve.rows({ maxPoints, ...(range === undefined ? {} : { range }) });
        const inside = (each: number): boolean => range === undefined || (each >= range.min && each <= range.max);
        const partX = x.filter(inside);
        const partY = y.filter((_, i) => inside(x[i] ?? NaN));
        assert.equal(rows?.total ?? 0, partX.length);
        if (rows !== undefined) {
          assert.equal(rows.first, partX[0]);
          assertSame(rows.series, thin(partX, partY, maxPoints));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same however its points came', () => {
    fc.assert(
      fc.property(anyCurve, fc.array(fc.nat(500)), anyQuery, fc.array(anyQuery), ({ x, y }, cuts, query, others) => {
        const curve = new Curve(new Float64Array(), new Float64Array());
        let from = 0;
        for (const cut of [...cuts.map((each) => Math.min(each, x.length)).sort((a, b) => a - b), x.length]) {
          curve.append(x.subarray(from, cut), y.subarray(from, cut));
          // What was asked in between must leave nothing behind.
          [...others, query].forEach((each) => curve.rows(each));
          from = cut;
        }
        assert.deepEqual(curve.rows(query), new Curve(x, y).rows(query));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the smoothed value of each row’s last finite point, of the whole curve', () => {
    fc.assert(
      fc.property(anyCurve, anyQuery, anySmoothing, ({ x, y }, query, smoothing) => {
        const curve = new Curve(x, y);
        const rows = curve.rows({ ...query, smoothing });
        const all = smooth(x, y, smoothing);
        fc.pre(rows?.smooth !== undefined);
        const { series } = rows;
        let row = 0;
        let end = x.indexOf(rows.first);
        series.x.forEach((_, i) => {
          const from = end;
          end += series.kind === 'raw' ? 1 : (series.count[i] ?? NaN);
          const last = y.subarray(from, end).findLastIndex(Number.isFinite);
          const expected = last < 0 ? NaN : (all[from + last] ?? NaN);
          const actual = rows.smooth?.[row++] ?? NaN;
          assert.ok(
            Math.abs(actual - expected) < 1e-9 || (Number.isNaN(actual) && Number.isNaN(expected)),
            `row ${i}: ${actual} instead of ${expected}`,
          );
        });
        assert.equal(rows.smooth.length, row);
      }),
      { numRuns: 400 },
    );
  });

  it('tells an asker who has an earlier answer what makes it the newest', () => {
    let kept = 0;
    fc.assert(
      fc.property(anyCurve, anyQuery, fc.nat(500), ({ x, y }, query, cut) => {
        const knownLength = Math.min(cut, x.length);
        const earlier = new Curve(x.slice(0, knownLength), y.slice(0, knownLength)).rows(query);
        const curve = new Curve(x, y);
        fc.pre(earlier !== undefined);
        const answer = curve.rows({ ...query, known: earlier.version });
        const whole = curve.rows(query);
        fc.pre(answer !== undefined && whole !== undefined);
        kept += answer.keep ?? 0;
        assert.deepEqual(continueSeries(entryOf(earlier), entryOf(answer)), entryOf(whole));
      }),
      { numRuns: 1000 },
    );
    assert.ok(kept > 1000, `only ${kept} rows were kept in all`);
  });

  it('sends only the open rows of a curve that grows, and no row where nothing is new', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const curve = new Curve(x, x.map(Math.sin));
    const query = { maxPoints: 1000, smoothing: { kind: 'ema', amount: 0.99 } } as const;
    const whole = curve.rows(query);
    assert.equal(whole?.series.x.length, 782);
    const known = whole.version;
    const same = curve.rows({ ...query, known });
    assert.equal(same?.keep, 782);
    assert.equal(same.series.x.length, 0);
    curve.append(Float64Array.of(100_000, 100_001), Float64Array.of(1, 2));
    const grown = curve.rows({ ...query, known });
    assert.equal(grown?.keep, 781);
    assert.equal(grown.series.x.length, 1);
    assert.equal(grown.total, 100_002);
  });

  it('tells all where the points are others than those the asker has', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i);
    const known = new Curve(x, x.map(Math.sin)).rows({ maxPoints: 200 })?.version ?? '';
    assert.equal(new Curve(x, x.map(Math.sin)).rows({ maxPoints: 200, known })?.keep, 100);
    for (let changed = 0; changed < 100; changed++) {
      const y = x.map((each, i) => (i === changed ? -0.5 : Math.sin(each)));
      assert.equal(new Curve(x, y).rows({ maxPoints: 200, known })?.keep, undefined);
    }
    assert.equal(
      new Curve(x.slice(0, 99), x.slice(0, 99).map(Math.sin)).rows({ maxPoints: 200, known })?.keep,
      undefined,
    );
    for (const odd of ['', 'x', '100', '-1.a.b', '1e9.a.b', '100.zz.zz']) {
      assert.equal(new Curve(x, x.map(Math.sin)).rows({ maxPoints: 200, known: odd })?.keep, undefined, odd);
    }
  });

  it('is answered in steps, between which it may grow, as it was at one of them', () => {
    const length = 250_000;
    const x = Float64Array.from({ length: length + 50 }, (_, i) => i + (i % 7 === 0 ? 0.5 : 0));
    const y = x.map((each, i) => (i % 1000 === 999 ? NaN : Math.sin(each / 900) + (i % 13)));
    const smoothings: Smoothing[] = [
      { kind: 'ema', amount: 0.99 },
      { kind: 'timeEma', amount: 0.99 },
      { kind: 'mean', amount: 9999 },
      { kind: 'median', amount: 999 },
      { kind: 'gaussian', amount: 500 },
    ];
    for (const smoothing of smoothings) {
      const curve = new Curve(x.slice(0, length), y.slice(0, length));
      // Two at once, so that what is remembered is learnt by both in turn.
      const query = { maxPoints: 300, smoothing };
      const work = [curve.rowsInSteps(query), curve.rowsInSteps(query)];
      const answers: (Rows | undefined)[] = [];
      let steps = 0;
      for (let grown = length; answers.length < work.length; steps++) {
        const one = work[steps % 2]?.next();
        if (one?.done === true && one.value !== undefined) {
          answers.push(one.value);
        }
        if (grown < length + 50) {
          curve.append(x.slice(grown, grown + 1), y.slice(grown, grown + 1));
          grown++;
        }
      }
      assert.ok(steps > 4, `${smoothing.kind} takes ${steps} steps`);
      for (const answer of answers) {
        const points = parseInt(answer?.version ?? '');
        assert.ok(points >= length);
        assert.deepEqual(answer, new Curve(x.slice(0, points), y.slice(0, points)).rows(query));
      }
    }
  }).timeout(20_000);

  it('refuses x that falls and columns of different lengths', () => {
    const curve = new Curve(Float64Array.of(1, 2), Float64Array.of(1, 2));
    assert.throws(() => curve.append(Float64Array.of(1), Float64Array.of(1)), /falls from 2 to 1/);
    assert.throws(() => curve.append(Float64Array.of(3), Float64Array.of()), /differ in length/);
    assert.throws(() => new Curve(Float64Array.of(NaN), Float64Array.of(1)), /falls/);
  });
});
