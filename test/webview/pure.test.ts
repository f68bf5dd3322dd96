import assert from 'node:assert/strict';
import fc from 'fast-check';
import { thin } from '../../src/core/series';
import { diffRows } from '../../webview-ui/compare/diffRows';
import { artifactKind, asText } from '../../webview-ui/run/artifactKind';
import { plainCharts } from '../../webview-ui/shared/charts/arrangement';
import { axesOf } from '../../webview-ui/shared/charts/axes';
import { curveOf, nearestIndex, type Curve } from '../../webview-ui/shared/charts/curve';
import { unitOf } from '../../webview-ui/shared/charts/metricUnit';
import { around, nearestX, readingsAt } from '../../webview-ui/shared/charts/reading';
import { sectionsOf } from '../../webview-ui/shared/charts/sections';
import { clockTicks, durationTicks, linearTicks, logTicks, numberLabel } from '../../webview-ui/shared/charts/ticks';
import { scaleKinds } from '../../webview-ui/shared/charts/transform';
import { readPanelState } from '../../webview-ui/shared/panelState';
import { fakeRun } from '../fakes/fakeHost/scenario';

const labels = (ticks: readonly { label: string }[]): string[] => ticks.map(({ label }) => label);
const anyScale = fc.constantFrom(...scaleKinds);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

/** The number that a label says. */
function read(label: string): number {
  const units: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  const unit = units[label.slice(-1)];
  const text = label.replace('\u2212', '-').replace('\u2212', '-');
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}

const raw = (runId: string, x: readonly number[], y: readonly number[]): Curve =>
  curveOf({
    runId,
    key: 'k',
    total: x.length,
    series: { kind: 'raw', x: Float64Array.from(x), y: Float64Array.from(y) },
  });

describe('Ticks', () => {
  it('stand at 1, 2 and 5 with the shortest text', () => {
    assert.deepEqual(labels(linearTicks(0, 78_200, 4)), ['0', '20k', '40k', '60k']);
    assert.deepEqual(labels(linearTicks(0.45, 0.87, 5)), ['0.5', '0.6', '0.7', '0.8']);
    assert.deepEqual(labels(linearTicks(-1e-4, 1e-4, 5)), ['−1e−4', '−5e−5', '0', '5e−5', '1e−4']);
    assert.deepEqual(labels(linearTicks(0, 2_600_000, 6)), ['0', '500k', '1M', '1.5M', '2M', '2.5M']);
    assert.deepEqual(labels(linearTicks(-400, 400, 3)), ['−400', '−200', '0', '200', '400']);
    assert.deepEqual(labels(linearTicks(1000, 1004, 5)), ['1k', '1001', '1002', '1003', '1004']);
  });

  it('of a logarithmic axis are powers of ten, or also 2 and 5 of them', () => {
    assert.deepEqual(labels(logTicks(1e-5, 0.12, 6)), ['1e−5', '1e−4', '0.001', '0.01', '0.1']);
    assert.deepEqual(labels(logTicks(0.9, 12, 6)), ['1', '2', '5', '10']);
    assert.ok(logTicks(1e-300, 1e300, 6).length >= 2);
  });

  it('of times are round in hours and minutes', () => {
    assert.deepEqual(labels(durationTicks(0, 5 * 3600, 6)), ['0', '1h', '2h', '3h', '4h', '5h']);
    assert.deepEqual(labels(durationTicks(0, 7000, 5)), ['0', '30m', '1h', '1h30m']);
    assert.deepEqual(labels(durationTicks(0, 100, 4)), ['0', '30s', '1m', '1m30s']);
    const midnight = Date.UTC(2026, 8, 14) / 1000;
    const inDelhi = (): number => 330;
    assert.deepEqual(labels(clockTicks(midnight - 19_800 - 7200, midnight - 19_800 + 7200, 5, inDelhi)), [
      '22:00',
      '23:00',
      '09-14',
      '01:00',
      '02:00',
    ]);
  });

  it('are few, ascend, lie in the range and say their value', () => {
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 3, max: 6 }), (a, b, most) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const size = Math.max(Math.abs(min), Math.abs(max));
        fc.pre(max - min > size * 1e-9);
        const ticks = linearTicks(min, max, most);
        assert.ok(ticks.length <= 6 && ticks.length >= 1, `${ticks.length} ticks`);
        ticks.forEach(({ value, label }, i) => {
          assert.ok(value >= min - size * 1e-9 && value <= max + size * 1e-9, `${value} outside`);
          assert.ok(i === 0 || value > (ticks[i - 1]?.value ?? 0), 'ascending');
          assert.ok(Math.abs(read(label) - value) <= Math.abs(value) * 1e-9, `${label} for ${value}`);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('write any number so that it reads back', () => {
    fc.assert(fc.property(finite, (value) => Math.abs(read(numberLabel(value)) - value) <= Math.abs(value) * 1e-11));
  });
});

describe('Curves', () => {
  it('break at values that are not finite and keep them as marks', () => {
    const curve = raw('a', [0, 1, 2, 3], [1, NaN, Infinity, 4]);
    assert.deepEqual([...curve.y], [1, NaN, NaN, 4]);
    assert.deepEqual(curve.odd, [
      { x: 1, y: NaN },
      { x: 2, y: Infinity },
    ]);
    assert.equal(curve.low, undefined);
  });

  it('of thinned series ascend, end at the newest value and break where something is not finite', () => {
    const value = fc.oneof(
      { weight: 20, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      fc.constant(NaN),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 40, maxLength: 300 }), (values) => {
        const x = Float64Array.from(values, (_, i) => i);
        const y = Float64Array.from(values);
        const series = thin(x, y, 16);
        const curve = curveOf({ runId: 'a', key: 'k', total: values.length, series });
        assert.ok(curve.x.every((each, i) => i === 0 || each >= (curve.x[i - 1] ?? 0)));
        const odd = values.filter((each) => !Number.isFinite(each)).length;
        assert.equal(curve.odd.length, odd);
        assert.ok(curve.y.filter((each) => !Number.isFinite(each)).length === odd);
        const newest = values.filter(Number.isFinite).at(-1);
        assert.equal(curve.y.filter(Number.isFinite).at(-1), newest);
        curve.y.forEach((each, i) => {
          assert.ok(!Number.isFinite(each) || ((curve.low?.[i] ?? 0) <= each && each <= (curve.high?.[i] ?? 0)));
        });
      }),
    );
  });

  it('show the finer part within its range, and the rest around it', () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i);
    const series = thin(x, x, 10);
    const part = thin(x.subarray(400, 420), x.subarray(400, 420), 100);
    const entry = { runId: 'a', key: 'k', total: 1000, series };
    const curve = curveOf(entry, { range: { min: 400, max: 419 }, entry: { ...entry, series: part } });
    const inside = curve.x.filter((each) => each >= 400 && each <= 419);
    assert.equal(inside.length, 20);
    assert.ok(curve.x.some((each) => each < 400) && curve.x.some((each) => each > 419));
  });

  it('find the row that is nearest', () => {
    assert.equal(nearestIndex([0, 10, 20], 14), 1);
    assert.equal(nearestIndex([0, 10, 20], 16), 2);
    assert.equal(nearestIndex([0, 10, 20], -5), 0);
    assert.equal(nearestIndex([0, 10, 20], 99), 2);
    assert.equal(nearestIndex([], 1), -1);
    assert.equal(nearestIndex([0, 5, 5, 9], 5), 2);
  });

  it('are read from the top, NaN last, only where a point is near', () => {
    const curves = [raw('low', [0, 10], [1, 1]), raw('nan', [0, 10], [1, NaN]), raw('high', [0, 9], [5, 5])];
    curves.push(raw('far', [0, 2], [9, 9]));
    const readings = readingsAt(curves, 10, 3);
    assert.deepEqual(
      readings.map(({ runId }) => runId),
      ['high', 'low', 'nan'],
    );
    assert.equal(nearestX(curves, 9.2), 9);
    assert.deepEqual(around([1, 2, 3, 4, 5, 6], 5, 3), [4, 5, 6]);
    assert.deepEqual(around([1, 2], 0, 3), [1, 2]);
  });

  it('have axes that hold all finite values, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 20 }), anyScale, (values, yScale) => {
        const curve = raw(
          'a',
          values.map((_, i) => i),
          values,
        );
        const axes = axesOf([curve], { yScale });
        assert.ok(axes.y.min < axes.y.max && Number.isFinite(axes.y.min) && Number.isFinite(axes.y.max));
        const shown = values.filter((value) => Number.isFinite(axes.yTransform.to(value)));
        assert.ok(shown.every((value) => value >= axes.y.min && value <= axes.y.max));
      }),
      // Neighbours near the largest double: their logarithms are the same.
      { examples: [[[1.7976931348405634e308, 1.7976931348405636e308, 0], 'log']] },
    );
  });
});

describe('What panels show', () => {
  it('puts charts into sections: the primary metric’s first, lone ones together, system last and closed', () => {
    const keys = [
      'system/gpu',
      'train/loss',
      'train/acc',
      'val/acc',
      'optim/lr',
      'time/ms',
      'loss10',
      'loss9',
      'a/b/c',
    ];
    const sections = sectionsOf(keys);
    assert.deepEqual(
      sections.map(({ title, keys: own, open }) => [title, own.length, open]),
      [
        ['val', 1, true],
        ['', 2, true],
        ['train', 2, true],
        ['a/b, optim, time', 3, true],
        ['system', 1, false],
      ],
    );
    assert.deepEqual(sections[1]?.keys, ['loss9', 'loss10']);
    assert.equal(sections.flatMap(({ keys: own }) => own).length, keys.length);
    const ids = (primary: string) => sectionsOf(keys, primary).map(({ id, open }) => [id, open]);
    assert.deepEqual(ids('train/loss')[0], ['train', true]);
    assert.deepEqual(ids('optim/lr')[0], ['optim', true]);
    assert.deepEqual(ids('system/gpu')[0], ['system', true]);
    // The primary metric may be one that no run has yet.
    assert.deepEqual(ids('train/f1')[0], ['train', true]);
  });

  it('says the unit of a metric whose name ends with one', () => {
    const keys = [
      'system/gpu_0_power_usage_watts',
      'system/disk_usage_percentage',
      'network_receive_megabytes',
      'seconds',
    ];
    assert.deepEqual(keys.map(unitOf), ['W', '%', 'MB', undefined]);
    assert.deepEqual(['val/acc', 'watts/loss', 'kilowatts', 'time/step_ms', ''].map(unitOf), Array(5).fill(undefined));
  });

  it('tells which parameters differ', () => {
    const runs = [fakeRun(0, { params: { a: '1', b: 'x' } }), fakeRun(1, { params: { a: '1', b: 'y', c: '' } })];
    const rows = diffRows(
      runs.map(({ run }) => ({ ...run, metrics: [] })),
      ({ params }) => params,
    );
    assert.deepEqual(rows, [
      { key: 'a', values: ['1', '1'], differs: false },
      { key: 'b', values: ['x', 'y'], differs: true },
      { key: 'c', values: [undefined, ''], differs: true },
    ]);
  });

  it('knows files by their names and texts by their bytes', () => {
    assert.deepEqual(artifactKind('a/b.PNG'), { kind: 'picture', type: 'image/png' });
    assert.equal(artifactKind('a.json').kind, 'json');
    assert.equal(artifactKind('model.pt').kind, 'binary');
    assert.equal(artifactKind('what.ever').kind, 'unknown');
    assert.equal(asText(new TextEncoder().encode('äöü').buffer), 'äöü');
    // Cut in the middle of the last character.
    assert.equal(asText(new TextEncoder().encode('äöü').buffer.slice(0, 5)), 'äö');
    assert.equal(asText(Uint8Array.of(255, 0, 1).buffer), undefined);
  });

  it('takes only what fits from a state of any kind', () => {
    fc.assert(
      fc.property(fc.anything(), (saved) => {
        const state = readPanelState(saved);
        const { zoom } = state.charts;
        assert.ok(zoom === undefined || zoom.min < zoom.max);
        assert.equal(typeof state.tab, 'string');
      }),
    );
    const charts = { zoom: { min: 1, max: 2 }, pinned: ['a', 1], x: 'time', columns: 4, groups: null };
    const state = readPanelState({ tab: 'charts', charts });
    assert.equal(state.tab, 'charts');
    assert.deepEqual(state.charts, {
      ...plainCharts,
      zoom: { min: 1, max: 2 },
      pinned: ['a'],
      x: 'time',
      columns: 4,
      groups: null,
    });
  });
});
