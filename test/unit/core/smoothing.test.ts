import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  medianDistance,
  reachAhead,
  smooth,
  smoothAt,
  smoothingFault,
  smoothingKinds,
  type Smoothing,
} from '../../../src/core/smoothing';

const anySmoothing: fc.Arbitrary<Smoothing> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('ema' as const, 'timeEma' as const),
    amount: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  fc.record({ kind: fc.constantFrom('mean' as const, 'median' as const), amount: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('gaussian' as const), amount: fc.double({ min: 0.1, max: 12, noNaN: true }) }),
);
const linearKinds: readonly Smoothing['kind'][] = ['ema', 'timeEma', 'mean', 'gaussian'];
const plainY = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const oddY = fc.constantFrom(NaN, Infinity, -Infinity);

function curve(
  y: fc.Arbitrary<number>,
  lengths: fc.ArrayConstraints = { maxLength: 120 },
): fc.Arbitrary<{ x: Float64Array; y: Float64Array }> {
  return fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), y), lengths).map((points) => {
    let x = 0;
    return {
      x: Float64Array.from(points, ([distance]) => (x += distance)),
      y: Float64Array.from(points, ([, each]) => each),
    };
  });
}
const anyCurve = curve(fc.oneof({ weight: 6, arbitrary: plainY }, { weight: 1, arbitrary: oddY }));

/** What the definitions say, point by point, in time of points times window. */
function naive(x: Float64Array, y: Float64Array, { kind, amount }: Smoothing): number[] {
  const points = [...y].map((each, i) => ({ x: x[i] ?? NaN, y: each })).filter((point) => Number.isFinite(point.y));
  const unit = medianDistance(x, y);
  const smoothed = points.map((_, i) => {
    const weightOf = (j: number): number => {
      switch (kind) {
        case 'ema':
          return j > i ? 0 : amount ** (i - j);
        case 'timeEma':
          return j > i ? 0 : amount ** (((points[i]?.x ?? NaN) - (points[j]?.x ?? NaN)) / unit);
        case 'gaussian':
          return Math.abs(i - j) > Math.ceil(4 * amount) ? 0 : Math.exp(-0.5 * ((i - j) / amount) ** 2);
        default:
          return j >= i - Math.floor((amount - 1) / 2) && j <= i + Math.floor(amount / 2) ? 1 : 0;
      }
    };
    const weights = points.map((_point, j) => weightOf(j));
    if (kind === 'median') {
      const sorted = points.flatMap((point, j) => (weights[j] === 1 ? [point.y] : [])).sort((a, b) => a - b);
      const half = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[half] : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
    }
    const sum = points.reduce((total, point, j) => total + point.y * (weights[j] ?? NaN), 0);
    return sum / weights.reduce((a, b) => a + b, 0);
  });
  let next = 0;
  return [...y].map((each) => (Number.isFinite(each) ? (smoothed[next++] ?? NaN) : NaN));
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i] ?? NaN, expected[i] ?? NaN];
    assert.ok(
      Math.abs(a - b) <= 1e-9 * scale || (Number.isNaN(a) && Number.isNaN(b)),
      `row ${i}: ${a} instead of ${b}`,
    );
  }
}

const scaleOf = (y: Float64Array): number =>
  y.reduce((max, each) => Math.max(max, Number.isFinite(each) ? Math.abs(each) : 0), 1);

describe('smoothing', () => {
  it('is what the definitions say', () => {
    fc.assert(
      fc.property(anyCurve, anySmoothing, ({ x, y }, smoothing) => {
        assertClose(smooth(x, y, smoothing), naive(x, y, smoothing), scaleOf(y));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves a constant exactly as it is', () => {
    fc.assert(
      fc.property(
        anyCurve,
        anySmoothing,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        ({ x, y }, smoothing, constant) => {
          const same = y.map((each) => (Number.isFinite(each) ? constant : each));
          smooth(x, same, smoothing).forEach((each, i) =>
            assert.equal(each, Number.isFinite(y[i] ?? NaN) ? constant : NaN, `row ${i}`),
          );
        },
      ),
    );
  });

  it('has no value at NaN and infinities, and elsewhere the values that it has without them', () => {
    fc.assert(
      fc.property(anyCurve, anySmoothing, ({ x, y }, smoothing) => {
        const isFinite = (_: number, i: number): boolean => Number.isFinite(y[i] ?? NaN);
        const smoothed = smooth(x, y, smoothing);
        assert.deepEqual(smoothed.filter(isFinite), smooth(x.filter(isFinite), y.filter(isFinite), smoothing));
        assert.ok(smoothed.every((each, i) => isFinite(0, i) !== Number.isNaN(each)));
      }),
    );
  });

  it('adds and scales as the curves do, but for the median', () => {
    fc.assert(
      fc.property(curve(plainY), anySmoothing, fc.integer({ min: -3, max: 3 }), ({ x, y }, smoothing, factor) => {
        fc.pre(linearKinds.includes(smoothing.kind));
        const other = y.map((_, i) => Math.sin(i) * 1000);
        const both = smooth(
          x,
          y.map((each, i) => each * factor + (other[i] ?? 0)),
          smoothing,
        );
        const [one, two] = [smooth(x, y, smoothing), smooth(x, other, smoothing)];
        assertClose(
          both,
          one.map((each, i) => each * factor + (two[i] ?? 0)),
          3 * scaleOf(y) + 1000,
        );
      }),
    );
  });

  it('does not depend on where x begins', () => {
    fc.assert(
      fc.property(anyCurve, anySmoothing, fc.integer({ min: -1e6, max: 1e6 }), ({ x, y }, smoothing, shift) => {
        assert.deepEqual(
          smooth(
            x.map((each) => each + shift),
            y,
            smoothing,
          ),
          smooth(x, y, smoothing),
        );
      }),
    );
  });

  it('is the same at chosen points as at all', () => {
    fc.assert(
      fc.property(anyCurve, anySmoothing, fc.array(fc.nat(119)), ({ x, y }, smoothing, chosen) => {
        const at = Uint32Array.from(new Set(chosen.filter((i) => i < y.length))).sort();
        const all = smooth(x, y, smoothing);
        assertClose(
          smoothAt(x, y, smoothing, at),
          Float64Array.from(at, (i) => all[i] ?? NaN),
          scaleOf(y),
        );
      }),
    );
  });

  it('takes medians of wide windows, whether they move point by point or in leaps', () => {
    const anyMoves = fc
      .constantFrom([1], [1, 1, 1, 2], [1, 3], [1, 1, 1, 1, 60], [40])
      .chain((moves) => fc.array(fc.constantFrom(...moves), { minLength: 100, maxLength: 400, size: 'max' }));
    fc.assert(
      fc.property(
        curve(fc.oneof(plainY, fc.constantFrom(0, 1, 2)), { minLength: 300, maxLength: 700, size: 'max' }),
        fc.integer({ min: 99, max: 500 }),
        anyMoves,
        ({ x, y }, amount, moves) => {
          let next = -1;
          const places = moves.map((move) => (next += move)).filter((place) => place < y.length);
          const expected = places.map((place) => {
            const from = Math.max(0, place - Math.floor((amount - 1) / 2));
            const window = y.slice(from, place + Math.floor(amount / 2) + 1).sort();
            const upper = window[window.length >> 1] ?? NaN;
            return window.length % 2 === 1 ? upper : ((window[(window.length >> 1) - 1] ?? NaN) + upper) / 2;
          });
          const found = smoothAt(x, y, { kind: 'median', amount }, Uint32Array.from(places));
          assertClose(found, Float64Array.from(expected), scaleOf(y));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('changes by points that come later only so far back as said', () => {
    fc.assert(
      fc.property(curve(plainY), anySmoothing, fc.nat(119), ({ x, y }, smoothing, length) => {
        const unit = medianDistance(x, y);
        const all = Uint32Array.from(y, (_, i) => i);
        const before = Math.min(length, y.length);
        const stays = Math.max(0, before - reachAhead(smoothing));
        assert.deepEqual(
          smoothAt(x.slice(0, before), y.slice(0, before), smoothing, all.slice(0, stays), unit),
          smoothAt(x, y, smoothing, all, unit).slice(0, stays),
        );
      }),
    );
  });

  it('takes an average over time as over points where these are equally far apart', () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => i * 2.5);
    const y = x.map((each) => Math.sin(each));
    const amount = 0.9;
    assertClose(smooth(x, y, { kind: 'timeEma', amount }), smooth(x, y, { kind: 'ema', amount }), 1);
  });

  it('forgets the more the longer the pause', () => {
    const at = (pause: number): number =>
      smooth(Float64Array.of(0, 1, 2, 2 + pause), Float64Array.of(0, 0, 0, 1), { kind: 'timeEma', amount: 0.9 })[3] ??
      NaN;
    assert.ok(at(1) < at(10));
    assert.ok(at(200) > 0.999);
  });

  it('corrects the beginning of an average', () => {
    const y = Float64Array.of(10, 20);
    assert.deepEqual([...smooth(y, y, { kind: 'ema', amount: 0.5 })], [10, 10 + 10 / 1.5]);
  });

  it('does not overflow', () => {
    const y = Float64Array.of(1.7e308, -1.7e308, 1.7e308, 1.7e308);
    const x = Float64Array.of(0, 1, 2, 3);
    for (const kind of smoothingKinds) {
      const amount = kind === 'ema' || kind === 'timeEma' ? 0.9 : 3;
      assert.ok(smooth(x, y, { kind, amount }).every(Number.isFinite), kind);
    }
  });

  it('says what amounts it takes', () => {
    const bad: Smoothing[] = [
      { kind: 'ema', amount: 1 },
      { kind: 'timeEma', amount: -0.1 },
      { kind: 'mean', amount: 2.5 },
      { kind: 'median', amount: 0 },
      { kind: 'gaussian', amount: 0 },
      { kind: 'gaussian', amount: NaN },
    ];
    for (const smoothing of bad) {
      assert.ok(smoothingFault(smoothing), JSON.stringify(smoothing));
      assert.throws(() => smooth(new Float64Array(1), new Float64Array(1), smoothing), RangeError);
    }
  });
});
