import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Curve, type Rows, type RowsQuery } from '../../../src/core/curve';
import type { Series } from '../../../src/core/series';
import { continueSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';

const anyY = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0) },
);
const anyDistance = fc.oneof(
  fc.constant(1),
  fc.constantFrom(0, 0.25, 1, 40),
  fc.double({ min: 0, max: 3, noNaN: true }),
);
const anyPoints = fc
  .tuple(
    fc.integer({ min: -50, max: 50 }),
    fc.boolean(),
    fc.array(fc.tuple(anyDistance, anyY), { minLength: 3, maxLength: 400, size: 'max' }),
  )
  .map(([start, isEven, points]) => {
    let x = start;
    return {
      x: Float64Array.from(points, ([distance]) => (x += isEven ? 1 : distance)),
      y: Float64Array.from(points, ([, y]) => y),
    };
  });
const anyQuery: fc.Arbitrary<RowsQuery> = fc.record(
  { maxPoints: fc.integer({ min: 2, max: 60 }), smoothing: fc.constant({ kind: 'ema', amount: 0.9 }) },
  { requiredKeys: ['maxPoints'] },
);

const entryOf = (rows: Rows): SeriesEntry => ({ runId: 'r', key: 'k', ...rows });

/** Means are the same but for their last bits; everything else is the same. */
function isSame(found: Rows | SeriesEntry, wanted: Rows): void {
  const means = (series: Series): Float64Array => (series.kind === 'thinned' ? series.mean : new Float64Array());
  const without = ({ series, total, first, smooth, version }: Rows | SeriesEntry) => ({
    ...{ total, first, smooth, version },
    series: { ...series, mean: Array.from(means(series), Number.isNaN) },
  });
  assert.deepEqual(without(found), without(wanted));
  const own = means(found.series);
  means(wanted.series).forEach((mean, row) => {
    assert.ok(Number.isNaN(mean) || Math.abs(mean - (own[row] ?? NaN)) <= 1e-9, `${own[row]} instead of ${mean}`);
  });
}

describe('An answer that grows', () => {
  it('is the one about all points, whatever comes, and tells those who have an earlier one what makes it so', () => {
    let [kept, joined] = [0, 0];
    fc.assert(
      fc.property(
        anyPoints,
        anyQuery,
        fc.nat(400),
        fc.array(fc.tuple(fc.nat(60), fc.boolean()), { minLength: 1, maxLength: 8 }),
        ({ x, y }, query, first, parts) => {
          let length = Math.min(first, x.length);
          const growing = new Curve(x.slice(0, length), y.slice(0, length)).growing(query);
          fc.pre(growing !== undefined);
          let before: SeriesEntry | undefined;
          for (const [count, isAsked] of parts) {
            const end = Math.min(x.length, length + count);
            assert.ok(growing.append(x.slice(length, end), y.slice(length, end)));
            length = end;
            if (isAsked) {
              const answer = growing.answer(before?.version);
              kept += answer.keep ?? 0;
              joined += answer.join === undefined ? 0 : (answer.keep ?? 0);
              // Who is known is never told all again.
              assert.equal(answer.keep === undefined, before === undefined);
              const whole: SeriesEntry = before ? continueSeries(before, entryOf(answer)) : entryOf(answer);
              const wanted = new Curve(x.slice(0, length), y.slice(0, length)).rows(query);
              assert.ok(wanted);
              isSame(whole, wanted);
              before = whole;
            }
          }
        },
      ),
      { numRuns: Number(process.env['LABBOOK_EXPLORE'] ?? 1000) },
    );
    assert.ok(kept > 500, `only ${kept} rows were kept in all`);
    assert.ok(joined > 500, `only ${joined} rows were joined by the asker in all`);
  });

  it('sends only the open row of a curve that grows, and no row where nothing is new', () => {
    const x = Float64Array.from({ length: 10_000 }, (_, i) => i);
    const growing = new Curve(x, x.map(Math.sin)).growing({ maxPoints: 1000 });
    assert.ok(growing);
    const first = growing.answer(undefined);
    const { version, series } = first;
    assert.equal(series.x.length, 625);
    assert.equal(growing.answer(version).keep, 625);
    assert.equal(growing.answer(version).series.x.length, 0);
    assert.ok(growing.append(Float64Array.of(10_000), Float64Array.of(1)));
    const grown = growing.answer(version);
    assert.deepEqual([grown.keep, grown.series.x.length], [624, 2]);
    // Until there is no room for one more row: then there are half as many, of which the asker makes its own by itself.
    const more = Float64Array.from({ length: 6000 }, (_, i) => 10_001 + i);
    assert.ok(growing.append(more, more.map(Math.cos)));
    const wider = growing.answer(grown.version);
    assert.deepEqual([wider.keep, wider.join, wider.series.x.length, wider.total], [312, 5, 189, 16_001]);
    const asked = continueSeries(continueSeries(entryOf(first), entryOf(grown)), entryOf(wider));
    isSame(asked, growing.answer(undefined));
    // Only those that nobody can know any more, or who was not told of so long, are sent anew.
    assert.equal(growing.answer('1.a.b').keep, undefined);
  });

  it('is not there for what needs the points before: parts, windows, curves that are not thinned, sums beyond the doubles', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i);
    const curve = new Curve(x, x.map(Math.sin));
    assert.ok(curve.growing({ maxPoints: 10 }));
    assert.equal(curve.growing({ maxPoints: 100 }), undefined);
    assert.equal(curve.growing({ maxPoints: 10, range: { min: 0, max: 50 } }), undefined);
    assert.equal(curve.growing({ maxPoints: 10, smoothing: { kind: 'mean', amount: 5 } }), undefined);
    const growing = curve.growing({ maxPoints: 10 });
    assert.equal(growing?.append(Float64Array.of(98), Float64Array.of(1)), false);
    const huge = Float64Array.of(1.7e308, 1.7e308);
    assert.equal(curve.growing({ maxPoints: 10 })?.append(Float64Array.of(100, 100), huge), false);
    assert.equal(curve.growing({ maxPoints: 10 })?.append(Float64Array.of(100), Float64Array.of(1.7e308)), true);
  });
});
