import assert from 'node:assert/strict';
import fc from 'fast-check';
import { thin } from '../../src/core/series';
import { smoothingFault, smoothingKinds } from '../../src/core/smoothing';
import type { SeriesEntry } from '../../src/protocol/seriesCodec';
import {
  chartsBySettings,
  followSettings,
  plainCharts,
  readChartsArrangement,
  scaleOf,
  withoutSettings,
  withScale,
} from '../../webview-ui/shared/charts/arrangement';
import { axesOf, padded } from '../../webview-ui/shared/charts/axes';
import { groupCurves } from '../../webview-ui/shared/charts/chartCurves';
import { csvCell, csvHead, csvLines } from '../../webview-ui/shared/charts/csv';
import { bestOf, curveOf, type Curve } from '../../webview-ui/shared/charts/curve';
import { partsOf } from '../../webview-ui/shared/charts/rawPoints';
import { readingsAt } from '../../webview-ui/shared/charts/reading';
import { arrangedSections, movedTo, pinnedSection } from '../../webview-ui/shared/charts/sections';
import {
  askOf,
  batchesOf,
  noData,
  restingKeys,
  type KeyState,
  type SeriesQuery,
} from '../../webview-ui/shared/charts/seriesState';
import { amountAt, placeOf } from '../../webview-ui/shared/charts/smoothingAmount';
import { paint, SvgSurface } from '../../webview-ui/shared/charts/svgSurface';
import { symlogTicks } from '../../webview-ui/shared/charts/ticks';
import { kneeOf, linear, logarithmic, scaleKinds, symlog } from '../../webview-ui/shared/charts/transform';
import { allowed, following, panned, pannedWithin, zoomed } from '../../webview-ui/shared/charts/zooming';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const usual = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const near = (a: number, b: number, size: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(size, 1e-300);

function entry(runId: string, x: readonly number[], y: readonly number[], most = 1e6): SeriesEntry {
  const series = thin(Float64Array.from(x), Float64Array.from(y), most);
  return { runId, key: 'k', total: x.length, series, ...(x[0] === undefined ? {} : { first: x[0] }) };
}
const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('Axes', () => {
  it('place values so that they are read back, in their order', () => {
    fc.assert(
      fc.property(usual, usual, fc.integer({ min: -6, max: 6 }), (a, b, exponent) => {
        for (const transform of [linear({ min: a, max: b }), symlog(10 ** exponent), logarithmic]) {
          const [low, high] = a < b ? [a, b] : [b, a];
          const places = [transform.to(low), transform.to(high)];
          assert.ok(!((places[0] ?? 0) > (places[1] ?? 0)), transform.id);
          if (Number.isFinite(transform.to(a))) {
            assert.ok(Math.abs(transform.from(transform.to(a)) - a) <= 1e-8 * Math.max(Math.abs(a), 10 ** exponent));
          }
        }
      }),
    );
  });

  it('leave room on both sides, however the axis is drawn', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        for (const transform of [linear({ min, max }), symlog(kneeOf(0, Math.max(Math.abs(min), Math.abs(max))))]) {
          const range = padded({ min, max }, transform);
          assert.ok(range.min <= min && range.max >= max && range.min < range.max, transform.id);
          assert.ok(Number.isFinite(range.min) && Number.isFinite(range.max));
        }
      }),
    );
  });

  it('of a symlog scale have places of their own for the least doubles, too', () => {
    const { to } = symlog(kneeOf(1e-322, 4e-322));
    assert.ok(to(0) === 0 && to(1e-322) > 0.5 && to(4e-322) - to(1e-322) > 0.3 && to(-4e-322) === -to(4e-322));
    assert.ok(Number.isFinite(symlog(kneeOf(Number.MIN_VALUE, Number.MIN_VALUE)).to(Number.MIN_VALUE)));
  });

  it('of a symlog scale have few ticks on both sides of 0', () => {
    const labels = symlogTicks(-1000, 100_000, 6, symlog(10)).map(({ label }) => label);
    assert.ok(labels.includes('0') && labels.length >= 3 && labels.length <= 6, labels.join(' '));
    assert.ok(labels.some((label) => label.startsWith('−')));
    assert.ok(symlogTicks(5, 6, 6, symlog(10)).length >= 2);
  });

  it('of a symlog scale have ticks all over it where all values are above 0', () => {
    const labels = symlogTicks(0.12, 3.1, 6, symlog(kneeOf(0.15, 3))).map(({ label }) => label);
    assert.deepEqual(labels, ['0.2', '0.5', '1', '2']);
  });

  it('clip to percentiles and tell which curves go beyond', () => {
    const flat = entry(
      'flat',
      steps(1000),
      steps(1000).map((i) => (i % 10) / 10),
    );
    const spiky = entry(
      'spiky',
      steps(1000),
      steps(1000).map((i) => (i === 500 ? 1e6 : 0.5)),
    );
    const curves = [curveOf(flat), curveOf(spiky)];
    const plain = axesOf(curves);
    const clipped = axesOf(curves, { clip: true });
    assert.ok(plain.y.max > 1e6 && plain.above === 0);
    assert.ok(clipped.y.max < 2, String(clipped.y.max));
    assert.deepEqual([clipped.above, clipped.below], [1, 0]);
  });

  it('tell that outliers flatten all the rest, where clipping them would help', () => {
    const wave = steps(1000).map((i) => (i % 10) / 10);
    const with1 = (high: number): ReturnType<typeof curveOf>[] => [
      curveOf(entry('a', steps(1000), wave)),
      curveOf(
        entry(
          'b',
          steps(1000),
          wave.map((value, i) => (i === 500 ? high : value)),
        ),
      ),
    ];
    const flattens = (high: number, options: Parameters<typeof axesOf>[1] = {}): boolean =>
      axesOf(with1(high), options).isFlattened;
    assert.deepEqual([flattens(10), flattens(100), flattens(-1e6), flattens(1e308)], [false, true, true, true]);
    const rest = [{ clip: true }, { yScale: 'log' }, { yScale: 'symlog' }, { yZoom: { min: 0, max: 1 } }] as const;
    assert.ok(rest.every((options) => !flattens(1e6, options)));
    // One that clipping would only take away.
    const spike = curveOf(
      entry(
        'c',
        steps(1000),
        steps(1000).map((i) => (i === 7 ? 1e6 : 1)),
      ),
    );
    assert.equal(axesOf([spike]).isFlattened, false);
    // A usual loss: high at first, and never flat.
    const loss = curveOf(
      entry(
        'd',
        steps(1000),
        steps(1000).map((i) => 1 / (1 + i / 10)),
      ),
    );
    assert.equal(axesOf([loss]).isFlattened, false);
    assert.equal(axesOf([]).isFlattened, false);
  });

  it('tell how many curves a zoom leaves out', () => {
    const flat = (name: string, value: number) =>
      curveOf(
        entry(
          name,
          steps(10),
          Array.from(steps(10), () => value),
        ),
      );
    const rising = curveOf(entry('rising', steps(10), steps(10)));
    const broken = curveOf(entry('broken', steps(10), [NaN, 50, ...Array.from({ length: 8 }, () => Infinity)]));
    const curves = [flat('low', 0), flat('in', 5), flat('high', 9), flat('higher', 90), rising, broken];
    const told = (options: Parameters<typeof axesOf>[1]): number[] => {
      const { above, below } = axesOf(curves, options);
      return [above, below];
    };
    assert.deepEqual(told({ yZoom: { min: 4, max: 6 } }), [3, 1]);
    assert.deepEqual(told({ yZoom: { min: 4, max: 6 }, zoom: { min: 0, max: 3 } }), [3, 2]);
    assert.deepEqual(told({ zoom: { min: 0, max: 3 } }), [0, 0]);
  });

  it('of a logarithmic scale leave out and count what is not above 0, in both directions', () => {
    const curve = curveOf(entry('a', [-1, 0, 1, 10, 100], [1, -2, 0, 3, 4]));
    const axes = axesOf([curve], { xScale: 'log', yScale: 'log' });
    assert.equal(axes.x.min, 1);
    assert.equal(axes.notPositive, 2 + 1);
    assert.ok(axes.y.min > 0);
  });

  it('of a logarithmic scale do not count rows of several points as points', () => {
    const rows = { x: [1, 2, 3], mean: [2, 3, 4], last: [2, 3, 4], max: [5, 5, 5], count: [9, 9, 9] };
    const thinned = (min: readonly number[], mean = rows.mean) =>
      curveOf({
        runId: 'a',
        key: 'loss',
        total: 27,
        series: {
          kind: 'thinned',
          x: Float64Array.from(rows.x),
          last: Float64Array.from(mean),
          min: Float64Array.from(min),
          max: Float64Array.from(rows.max),
          mean: Float64Array.from(mean),
          count: Float64Array.from(rows.count),
          oddX: new Float64Array(),
          oddY: new Float64Array(),
        },
      });
    const told = (curve: Curve) => axesOf([curve], { yScale: 'log' }).notPositive;
    assert.equal(told(thinned([1, 1, 1])), 0);
    assert.equal(told(thinned([-1, 1, 1])), 'some');
    assert.equal(told(thinned([-1, 1, 1], [-0.5, 3, 4])), 'some');
    // The band of a group is of no points.
    assert.equal(told({ ...thinned([-1, 1, 1]), members: Float64Array.from([2, 2, 2]) }), 0);
  });
});

describe('Zooming', () => {
  const ranges = fc
    .tuple(usual, fc.double({ min: 1, max: 1e6, noNaN: true }))
    .map(([min, width]) => ({ min, max: min + width }));

  it('keeps the value under the pointer where it is, and comes back', () => {
    fc.assert(
      fc.property(
        ranges,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (range, share, factor) => {
          const transform = linear(range);
          const centre = range.min + share * (range.max - range.min);
          const next = zoomed(range, transform, centre, factor);
          const size = Math.max(Math.abs(range.min), Math.abs(range.max)) * 100;
          assert.ok(near((centre - next.min) / (next.max - next.min), share, 1e4));
          const back = zoomed(next, transform, centre, 1 / factor);
          assert.ok(near(back.min, range.min, size) && near(back.max, range.max, size));
          const moved = panned(range, transform, share);
          assert.ok(near(moved.max - moved.min, range.max - range.min, size));
        },
      ),
    );
  });

  it('follows what goes to its edge before it is there, as far as there is anything', () => {
    const whole = { min: 0, max: 1000 };
    const range = { min: 100, max: 200 };
    const to = (x: number, sign: number) => following(range, linear(), x, sign, whole);
    assert.deepEqual(to(150, 1), range);
    assert.deepEqual(to(189, 1), range);
    // Away from the edge nothing moves.
    assert.deepEqual(to(195, -1), range);
    assert.deepEqual(to(195, 1), { min: 125, max: 225 });
    assert.deepEqual(to(105, -1), { min: 75, max: 175 });
    assert.deepEqual(to(400, 1), { min: 330, max: 430 });
    assert.deepEqual(to(1000, 1), { min: 900, max: 1000 });
    assert.deepEqual(to(0, -1), { min: 0, max: 100 });
    const [low, high] = [following({ min: 10, max: 1000 }, logarithmic, 1e5, 1, { min: 1, max: 1e5 })].flatMap(
      ({ min, max }) => [min, max],
    );
    assert.ok(near(low ?? NaN, 1000, 1e4) && near(high ?? NaN, 1e5, 1e6), `${low} ${high}`);
    // What was dragged beyond the end is not moved further, nor back.
    assert.deepEqual(pannedWithin({ min: 950, max: 1050 }, linear(), 0.5, whole), { min: 950, max: 1050 });
  });

  it('shows all where the range would hold all, and never nothing', () => {
    const whole = { min: 0, max: 100 };
    assert.equal(allowed({ min: -1, max: 101 }, whole), undefined);
    assert.deepEqual(allowed({ min: 20, max: 30 }, whole), { min: 20, max: 30 });
    fc.assert(
      fc.property(ranges, (range) => {
        const next = allowed(range, whole);
        assert.ok(next === undefined || (next.min < next.max && next.min < whole.max && next.max > whole.min));
      }),
    );
  });
});

describe('Arrangements of charts', () => {
  it('are read from anything, and survive JSON', () => {
    fc.assert(
      fc.property(fc.anything(), (saved) => {
        const charts = readChartsArrangement(saved);
        assert.deepEqual(readChartsArrangement(JSON.parse(JSON.stringify(charts))), charts);
        assert.ok(scaleKinds.includes(charts.yScale));
      }),
    );
    assert.deepEqual(readChartsArrangement(undefined), plainCharts);
    assert.equal(readChartsArrangement({ groups: null }).groups, null);
    assert.deepEqual(readChartsArrangement({ smoothing: { kind: 'ema', amount: 7 } }).smoothing, plainCharts.smoothing);
    assert.deepEqual(readChartsArrangement({ x: { expression: '`a`' } }).x, { expression: '`a`' });
  });

  it('keep only the scales that differ', () => {
    const log = { ...plainCharts, yScales: withScale(plainCharts, 'a', 'log') };
    assert.deepEqual([scaleOf(log, 'a'), scaleOf(log, 'b'), scaleOf(log, 'toString')], ['log', 'linear', 'linear']);
    assert.deepEqual(withScale(log, 'a', 'linear'), {});
  });

  it('follow the settings in what was not chosen by hand, and are kept without it', () => {
    const before = { x: 'step', smoothing: 0, smoothingKind: 'ema', clip: false, bands: true } as const;
    const plain = chartsBySettings(before);
    assert.deepEqual(plain, plainCharts);
    const after = chartsBySettings({ ...before, x: 'time', smoothing: 0.5, smoothingKind: 'mean', clip: true });
    assert.ok(Number.isInteger(after.smoothing.amount) && after.smoothing.amount > 1);
    const arranged = { ...plain, clip: true, zoom: { min: 1, max: 2 }, pinned: ['a'] };
    const followed = followSettings(arranged, plain, after);
    assert.deepEqual(followed, { ...after, clip: true, zoom: undefined, pinned: ['a'] });
    const byHand = { ...plain, x: 'relative', zoom: { min: 1, max: 2 } } as const;
    assert.deepEqual(followSettings(byHand, plain, after), { ...after, x: 'relative', zoom: { min: 1, max: 2 } });
    assert.deepEqual(
      readChartsArrangement(withoutSettings(byHand, plain), after),
      followSettings(byHand, plain, after),
    );
    assert.equal('x' in withoutSettings(byHand, plain), true);
    assert.equal('clip' in withoutSettings(byHand, plain), false);
  });

  it('put pinned charts first, leave out hidden ones, and keep every other one', () => {
    const keys = ['val/acc', 'val/loss', 'train/acc', 'train/loss', 'lr'];
    const arranged = arrangedSections(keys, {
      pinned: ['lr', 'gone'],
      hidden: ['train/acc'],
      order: ['val/loss', 'val/acc'],
      sectionOrder: ['train', 'val'],
    });
    assert.deepEqual(
      arranged.map(({ id, keys: own }) => [id, ...own]),
      [
        [pinnedSection, 'lr'],
        ['train', 'train/loss'],
        ['val', 'val/loss', 'val/acc'],
      ],
    );
    const key = fc.constantFrom(...keys, 'a/b', 'a/c', 'system/gpu');
    fc.assert(
      fc.property(
        fc.uniqueArray(key),
        fc.array(key),
        fc.uniqueArray(key),
        fc.uniqueArray(key),
        (all, order, pinned, hidden) => {
          const sections = arrangedSections(all, { order, pinned, hidden, sectionOrder: order });
          const shown = sections.flatMap(({ keys: own }) => own);
          assert.deepEqual([...shown].sort(), all.filter((each) => !hidden.includes(each)).sort());
        },
      ),
    );
    assert.deepEqual(movedTo(['a', 'b', 'c'], 'a', 'c', true), ['b', 'c', 'a']);
    assert.deepEqual(movedTo(['a', 'b', 'c'], 'c', 'a', false), ['c', 'a', 'b']);
  });

  it('have amounts of smoothing that the server takes, over the whole slider', () => {
    for (const kind of smoothingKinds) {
      assert.equal(placeOf({ kind, amount: amountAt(kind, 0) }), 0);
      for (let place = 0.02; place <= 1; place += 0.02) {
        const smoothing = { kind, amount: amountAt(kind, place) };
        assert.equal(smoothingFault(smoothing), undefined, `${kind} ${smoothing.amount}`);
        assert.ok(Math.abs(placeOf(smoothing) - place) < 0.09, `${kind} ${place} ${placeOf(smoothing)}`);
        assert.ok(smoothing.amount >= amountAt(kind, place - 0.02), kind);
      }
    }
  });
});

describe('Curves of charts', () => {
  it('of a group tell how many runs they are of, and how far these are apart', () => {
    const runs = [1, 2, 3].map((value) => curveOf(entry(`r${value}`, [0, 1], [value, value * 2])));
    const groups = [{ id: 'g', name: 'G', runIds: ['r1', 'r2', 'r3', 'hidden'] }];
    const [group] = groupCurves(groups, runs, { centre: 'mean', spread: 'std' });
    assert.ok(group);
    assert.deepEqual([...group.y], [2, 4]);
    const [reading] = readingsAt([group], 1, 0);
    assert.deepEqual(reading?.spread, { low: 2, high: 6, members: 3 });
    assert.deepEqual(
      groupCurves([{ id: 'g', name: 'G', runIds: ['hidden'] }], runs, { centre: 'mean', spread: 'std' }),
      [],
    );
  });

  it('of a group have what members logged beside numbers, which their mean does not tell', () => {
    const runs = [
      curveOf(entry('r1', [0, 1, 2, 3], [1, NaN, 3, NaN])),
      curveOf(entry('r2', [0, 1, 2, 3], [3, 5, 5, Infinity])),
    ];
    const [group] = groupCurves([{ id: 'g', name: 'G', runIds: ['r1', 'r2'] }], runs, {
      centre: 'mean',
      spread: 'std',
    });
    assert.ok(group);
    assert.deepEqual([...group.y], [2, 5, 4]);
    assert.deepEqual(group.odd, [
      { x: 1, y: NaN },
      { x: 3, y: NaN },
      { x: 3, y: Infinity },
    ]);
    assert.deepEqual(
      [1, 3].map((x) => readingsAt([group], x, 1).map(({ value, spread }) => [value, spread?.members])),
      [[[5, 1]], [[NaN, undefined]]],
    );
  });

  it('of a run with NaN that is not smoothed are what was logged, and have nothing else behind them', () => {
    const logged = steps(100).map((i) => (i === 50 ? NaN : i % 7));
    const plain = curveOf(entry('a', steps(100), logged, 20));
    assert.deepEqual(plain.odd, [{ x: 50, y: NaN }]);
    assert.equal(plain.y, plain.values);
    assert.deepEqual(
      readingsAt([plain], 10, 10).map(({ raw, isMean }) => [raw, isMean]),
      [[undefined, true]],
    );
  });

  it('know their best value by what was logged, within a range', () => {
    const curve = curveOf(
      entry(
        'a',
        steps(1000),
        steps(1000).map((i) => Math.abs(i - 333)),
        20,
      ),
    );
    assert.equal(bestOf(curve, 'lower')?.y, 0);
    assert.equal(bestOf(curve, 'higher')?.y, 666);
    assert.ok((bestOf(curve, 'lower', { min: 600, max: 999 })?.y ?? 0) > 100);
  });
});

describe('What leaves a chart', () => {
  it('is read in parts that cover every point once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 10_001, maxLength: 10_300 }), (values) => {
        const x = values.sort((a, b) => a - b);
        const parts = partsOf(entry('a', x, x, 10));
        const counts = x.map((each) => parts.filter(({ min, max }) => each >= min && each <= max).length);
        assert.ok(counts.every((count) => count === 1));
      }),
      { numRuns: 5 },
    );
    assert.throws(() => partsOf(entry('a', new Array<number>(20).fill(3), steps(20), 10)), /share one place/);
  });

  it('as CSV has full precision, plain minus signs, UTC, and no formulas', () => {
    const points = { runId: 'r', x: [Float64Array.of(0, 1)], y: [Float64Array.of(-0.1, NaN)] };
    assert.equal(csvHead('step'), 'run_id,run,metric,step,value\r\n');
    assert.equal(csvLines(points, 'a, "b"', 'loss', 'step'), 'r,"a, ""b""",loss,0,-0.1\r\nr,"a, ""b""",loss,1,NaN\r\n');
    assert.match(csvLines(points, 'n', 'loss', 'time'), /1970-01-01T00:00:01\.000Z,NaN/);
    assert.equal(csvCell('=1+1'), "'=1+1");
    fc.assert(
      fc.property(finite, (value) => {
        const line = csvLines({ runId: 'r', x: [Float64Array.of(0)], y: [Float64Array.of(value)] }, 'n', 'k', 'step');
        assert.ok(Object.is(Number(line.trim().split(',').at(-1)), value));
      }),
    );
  });

  it('as SVG is well-formed whatever the names hold, in colours that all programs read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const surface = new SvgSurface({ width: 10, height: 10 }, () => 1);
        surface.fillText(name, 1, 2);
        const text = surface.toString();
        // eslint-disable-next-line no-control-regex -- these are what XML cannot hold
        assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
        assert.equal(text.match(/</g)?.length, 4);
      }),
    );
    assert.equal(paint('fill', 'color(srgb 0.8 0.5 0 / 0.25)'), 'fill="rgb(204, 128, 0)" fill-opacity="0.25"');
    assert.equal(paint('stroke', '#5694fc'), 'stroke="#5694fc"');
  });
});

describe('What is asked for together', () => {
  const runIds = Array.from({ length: 100 }, (_, i) => `run${String(i).padStart(3, '0')}`);
  const query: SeriesQuery = { runIds, axis: 'step', range: undefined, maxPoints: 400 };
  const ask = askOf(query, query.maxPoints);
  const watched = (asked: string | undefined, isInSight = true, askedAt = 0): KeyState => ({
    data: { ...noData, axis: 'step', ready: asked !== undefined },
    isPaused: false,
    listeners: new Map([[() => undefined, { room: 0, isInSight }]]),
    askedAt,
    stale: new Set(runIds),
    staleDetail: new Set(),
    askedWith: new Map(asked === undefined ? [] : runIds.map((id) => [id, asked])),
  });
  const nine = (state: (i: number) => KeyState) => new Map(steps(9).map((i) => [`metric${i}`, state(i)]));
  const sizes = (state: () => KeyState, asked = query): number[] =>
    batchesOf(nine(state), asked, undefined, new Set()).map(({ keys }) => keys.length);

  it('is a little at first, for the first chart is not to wait for the last, and all of what only grows', () => {
    assert.deepEqual(
      sizes(() => watched(undefined)),
      Array.from({ length: 9 }, () => 1),
    );
    assert.deepEqual(
      sizes(() => watched(ask)),
      [9],
    );
  });

  it('is a little again where the question is another one', () => {
    const smoothed: SeriesQuery = { ...query, smoothing: { kind: 'ema', amount: 0.5 } };
    assert.equal(sizes(() => watched(ask), smoothed).length, 9);
    assert.equal(sizes(() => watched(ask), { ...query, axis: 'time' }).length, 9);
  });

  it('is of what only grows and nobody sees a quarter, the oldest, and only what was not read for two seconds', () => {
    const states = nine((i) => watched(ask, i < 3, 100 * (9 - i)));
    const asked = (now: number, about = query): string[] =>
      batchesOf(states, about, undefined, restingKeys(states, about, now)).flatMap(({ keys }) => keys);
    const seen = ['metric0', 'metric1', 'metric2'];
    assert.deepEqual(asked(2000), seen);
    assert.deepEqual(asked(2100), [...seen, 'metric8']);
    assert.deepEqual(asked(2200), [...seen, 'metric7', 'metric8']);
    assert.deepEqual(asked(9000), [...seen, 'metric7', 'metric8']);
    // Another question is no growth.
    assert.equal(asked(2000, { ...query, axis: 'time' }).length, 9);
    const zoomed = { ...query, range: { min: 5, max: 9 } };
    for (const state of states.values()) {
      state.staleDetail = new Set(runIds);
      state.data = { ...state.data, entries: new Map(runIds.map((runId) => [runId, entry(runId, [0, 1], [1, 2])])) };
    }
    const parts = batchesOf(states, zoomed, zoomed.range, restingKeys(states, zoomed, 2000));
    assert.equal(parts.flatMap(({ keys }) => keys).length, 9);
  });
});
