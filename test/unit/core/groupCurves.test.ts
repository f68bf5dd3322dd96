import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  groupCurve,
  studentT,
  summarise,
  type GroupCentre,
  type GroupMember,
  type GroupSpread,
} from '../../../src/core/groupCurves';

const member = (x: readonly number[], y: readonly number[]): GroupMember => ({
  x: Float64Array.from(x),
  y: Float64Array.from(y),
});
const centres: GroupCentre[] = ['mean', 'median'];
const spreads: GroupSpread[] = ['std', 'se', 'ci95', 'iqr', 'range'];
const anyCentre = fc.constantFrom(...centres);
const anySpread = fc.constantFrom(...spreads);
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const anyMember = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.oneof({ weight: 9, arbitrary: value }, fc.constant(NaN))), {
    minLength: 1,
    maxLength: 25,
    selector: ([x]) => x,
  })
  .map((points) => {
    const sorted = points.sort((a, b) => a[0] - b[0]);
    return member(
      sorted.map(([x]) => x),
      sorted.map(([, y]) => y),
    );
  });
const near = (a: number, b: number, size = 1): boolean => a === b || Math.abs(a - b) <= 1e-9 * Math.max(size, 1);

/** The value of a run at an x as a person would read it off its line. */
function readOff({ x, y }: GroupMember, at: number): number {
  const exact = x.lastIndexOf(at);
  if (exact >= 0) {
    return y[exact] ?? NaN;
  }
  const after = x.findIndex((each) => each > at);
  const [x0, x1, y0, y1] = [x[after - 1] ?? NaN, x[after] ?? NaN, y[after - 1] ?? NaN, y[after] ?? NaN];
  return y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
}

/** Centre and band by the formulas of a statistics book, without a thought of rounding. */
function byTheBook(values: readonly number[], centre: GroupCentre, spread: GroupSpread): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const mean = sorted.reduce((sum, each) => sum + each, 0) / n;
  const quantileOf = (share: number): number => {
    const place = share * (n - 1);
    const [low, high] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
    return low + (high - low) * (place - Math.floor(place));
  };
  const middle = centre === 'mean' ? mean : quantileOf(0.5);
  const std = n < 2 ? 0 : Math.sqrt(sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1));
  const widths = { std, se: std / Math.sqrt(n), ci95: n < 2 ? 0 : (std / Math.sqrt(n)) * studentT(n - 1) };
  if (spread === 'range') {
    return [middle, sorted[0] ?? NaN, sorted.at(-1) ?? NaN];
  }
  return spread === 'iqr'
    ? [middle, Math.min(middle, quantileOf(0.25)), Math.max(middle, quantileOf(0.75))]
    : [middle, middle - widths[spread], middle + widths[spread]];
}

describe('Curves of groups', () => {
  it('are what a statistics book gives of what is read off the lines at each x', () => {
    fc.assert(
      fc.property(fc.array(anyMember, { minLength: 1, maxLength: 6 }), anyCentre, anySpread, (runs, centre, spread) => {
        const curve = groupCurve(runs, centre, spread);
        const all = runs.flatMap(({ x, y }) => [...x].filter((_, i) => Number.isFinite(y[i])));
        assert.deepEqual(
          [...curve.x],
          [...new Set(all)].sort((a, b) => a - b),
        );
        curve.x.forEach((at, i) => {
          const values = runs.map((run) => readOff(run, at)).filter(Number.isFinite);
          assert.equal(curve.n[i], values.length);
          const wanted = byTheBook(values, centre, spread);
          const given = [curve.centre[i], curve.low[i], curve.high[i]];
          wanted.forEach((each, part) =>
            assert.ok(near(given[part] ?? NaN, each, 1e7), `${given.join(' ')} is not ${wanted.join(' ')}`),
          );
        });
      }),
    );
  });

  it('have a band that holds the centre, whatever doubles their runs log', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true });
    const far = fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 1.7e308, -1.7e308, 5e-324, 0);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(any, far), { minLength: 1, maxLength: 9 }),
        anyCentre,
        anySpread,
        (values, middle, spread) => {
          const { centre, low, high } = summarise(values, middle, spread);
          assert.ok(low <= centre && centre <= high, `${low} ${centre} ${high}`);
          assert.ok(Number.isFinite(high) && Number.isFinite(low), `${low} to ${high}`);
        },
      ),
    );
  });

  it('are the mean and the spread of what the runs have at an x', () => {
    const runs = [member([0, 10], [1, 3]), member([0, 10], [3, 5]), member([0, 10], [5, 7])];
    const { x, centre, low, high, n } = groupCurve(runs, 'mean', 'std');
    assert.deepEqual([...x], [0, 10]);
    assert.deepEqual([...centre], [3, 5]);
    assert.deepEqual([...low], [1, 3]);
    assert.deepEqual([...high], [5, 7]);
    assert.deepEqual([...n], [3, 3]);
  });

  it('have the widths that statistics books give', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    const width = (spread: GroupSpread): number => {
      const { centre, high } = summarise(values, 'mean', spread);
      return high - centre;
    };
    assert.ok(near(width('std'), 2.138089935299395));
    assert.ok(near(width('se'), 0.7559289460184544));
    assert.ok(near(width('ci95'), 0.7559289460184544 * 2.365));
    assert.deepEqual(summarise(values, 'median', 'iqr'), { centre: 4.5, low: 4, high: 5.5 });
    assert.deepEqual(summarise(values, 'median', 'range'), { centre: 4.5, low: 2, high: 9 });
    assert.equal(studentT(30), 2.042);
    assert.ok(Math.abs(studentT(31) - 2.0395) < 1e-3 && Math.abs(studentT(100) - 1.984) < 1e-3);
  });

  it('lie on the line between two points of a run, not beyond its ends, not over a gap', () => {
    const runs = [member([0, 10], [0, 10]), member([4, 6], [100, 100])];
    const curve = groupCurve(runs, 'mean', 'range');
    assert.deepEqual([...curve.x], [0, 4, 6, 10]);
    assert.deepEqual([...curve.n], [1, 2, 2, 1]);
    assert.deepEqual([...curve.centre], [0, 52, 53, 10]);
    const broken = groupCurve([member([0, 5, 10], [0, NaN, 10]), member([0, 6, 10], [1, 1, 1])], 'mean', 'std');
    assert.deepEqual([...broken.n], [2, 1, 2]);
  });

  it('of one run are the run itself', () => {
    fc.assert(
      fc.property(anyMember, anyCentre, anySpread, (run, centre, spread) => {
        const curve = groupCurve([run], centre, spread);
        // A mean of -0 is 0, which is drawn in the same place.
        const unsigned = (values: Iterable<number>): number[] => [...values].map((value) => value + 0);
        const finite = unsigned(run.y).filter(Number.isFinite);
        assert.deepEqual(unsigned(curve.centre), finite);
        assert.deepEqual(unsigned(curve.low), finite);
        assert.deepEqual(unsigned(curve.high), finite);
      }),
    );
  });

  it('do not depend on the order of the runs, hold the centre in the band, and count who is there', () => {
    fc.assert(
      fc.property(fc.array(anyMember, { minLength: 1, maxLength: 6 }), anyCentre, anySpread, (runs, centre, spread) => {
        const curve = groupCurve(runs, centre, spread);
        const reversed = groupCurve([...runs].reverse(), centre, spread);
        assert.deepEqual(reversed, curve);
        curve.x.forEach((at, i) => {
          const n = curve.n[i] ?? 0;
          assert.ok(n >= 1 && n <= runs.length, `${n} at ${at}`);
          const [low, middle, high] = [curve.low[i] ?? NaN, curve.centre[i] ?? NaN, curve.high[i] ?? NaN];
          assert.ok(low <= middle && middle <= high, `${low} ${middle} ${high}`);
          assert.ok(i === 0 || at > (curve.x[i - 1] ?? Infinity));
        });
      }),
    );
  });

  it('move and grow with the values', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 9 }),
        value,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        anyCentre,
        anySpread,
        (values, shift, factor, centre, spread) => {
          const before = summarise(values, centre, spread);
          const after = summarise(
            values.map((each) => each * factor + shift),
            centre,
            spread,
          );
          const size = 1e8;
          assert.ok(near(after.centre, before.centre * factor + shift, size));
          assert.ok(near(after.low, before.low * factor + shift, size * 100));
          assert.ok(near(after.high, before.high * factor + shift, size * 100));
        },
      ),
    );
  });

  it('have no width where all runs are equal, also near the ends of doubles', () => {
    for (const each of [0, 1e-320, -1.7e308, 5e-324, 0.1]) {
      const { low, high, centre } = summarise([each, each, each], 'mean', 'ci95');
      assert.ok(high - low <= Math.abs(each) * 1e-9 && Number.isFinite(centre), String(each));
    }
    const wide = summarise([-1.7e308, 1.7e308], 'mean', 'range');
    assert.deepEqual(wide, { centre: 0, low: -1.7e308, high: 1.7e308 });
  });

  it('keep to the rows that are wanted, the first and last x among them', () => {
    const run = member(
      Array.from({ length: 500 }, (_, i) => i),
      Array.from({ length: 500 }, (_, i) => i),
    );
    const { x } = groupCurve([run], 'mean', 'std', 40);
    assert.equal(x.length, 40);
    assert.deepEqual([x[0], x.at(-1)], [0, 499]);
  });

  it('of nothing are empty', () => {
    assert.equal(groupCurve([], 'median', 'iqr').x.length, 0);
    assert.ok(Number.isNaN(summarise([], 'mean', 'std').centre));
  });
});
