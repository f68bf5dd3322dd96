import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Curve } from '../../../src/core/curve';
import { parseExpression } from '../../../src/core/expression';
import { overAxis, overExpression, type MetricColumns } from '../../../src/core/metricColumns';
import type { SeriesRequest } from '../../../src/protocol/extras';
import { continueSeries, decodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import { Curves } from '../../../src/server/api/labbook/curves';
import { answerSeries } from '../../../src/server/api/labbook/series';
import type { Store } from '../../../src/server/store/types';
import { FaultyFiles, runId, Scene, systemError } from '../store/support';

interface Logged {
  readonly step: number;
  readonly timestamp: number;
  readonly value: number;
}

const anyPoint: fc.Arbitrary<Logged> = fc.record({
  step: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -5, max: 2000 })),
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_005_000 }),
  value: fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constantFrom(NaN, Infinity, -Infinity)),
});
/** Mostly as training logs: later and later. */
const anyBatch = fc.oneof(
  { weight: 1, arbitrary: fc.array(anyPoint, { maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(100), fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 60 }))
      .map(([first, values]) =>
        values.map((value, i) => ({
          step: 3000 + first * 50 + i,
          timestamp: 1_700_000_010_000 + first * 5000 + i * 100,
          value,
        })),
      ),
  },
);
const anyQuery: fc.Arbitrary<Partial<SeriesRequest>> = fc.record(
  {
    x: fc.constantFrom('step' as const, 'time' as const, 'relative' as const, { expression: '`the x` + 1' }),
    max_points: fc.integer({ min: 2, max: 100 }),
    range: fc.constantFrom({ min: 10, max: 3500 }, { min: -1e12, max: 1e12 }),
    smoothing: fc.constantFrom({ kind: 'ema' as const, amount: 0.8 }, { kind: 'mean' as const, amount: 5 }),
  },
  { requiredKeys: ['x', 'max_points'] },
);

const log = (store: Store, key: string, points: readonly Logged[]) =>
  store.write({ kind: 'log', runId, metrics: points.map((point) => ({ key, ...point })), params: [], tags: [] });

/** The answer by the definitions, from nothing but what was logged. */
function expected(points: MetricColumns, xPoints: MetricColumns, start: number, request: SeriesRequest): SeriesEntry[] {
  const { x } = request;
  const columns =
    typeof x === 'string'
      ? overAxis(points, x, start)
      : overExpression(points, parseExpression(x.expression), [xPoints]);
  const rows = new Curve(columns.x, columns.y).rows({
    maxPoints: request.max_points,
    ...(request.range === undefined ? {} : { range: request.range }),
    ...(request.smoothing === undefined ? {} : { smoothing: request.smoothing }),
  });
  return rows === undefined ? [] : [{ runId, key: 'm', ...rows }];
}

describe('series', () => {
  const scene = new Scene();
  afterEach(() => scene.end());

  it('are what was logged, whatever was asked before and in whatever order the points came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('m', 'm', 'the x'), anyBatch, anyQuery, fc.boolean()), {
          minLength: 1,
          maxLength: 8,
        }),
        async (rounds) => {
          const { store } = await scene.withRun();
          const start = Number(store.getRunInfo(runId)?.startTime);
          const curves = new Curves(store);
          const before = new Map<string, SeriesEntry>();
          for (const [key, batch, query, withKnown] of rounds) {
            await log(store, key, batch);
            const request: SeriesRequest = { run_ids: [runId], keys: ['m'], x: 'step', max_points: 10, ...query };
            const name = JSON.stringify(query);
            const known = withKnown ? before.get(name) : undefined;
            const bytes = await answerSeries(curves, {
              ...request,
              known: known === undefined ? [] : [{ run_id: runId, key: 'm', version: known.version }],
            });
            const answer = decodeSeries(bytes.slice().buffer);
            const none = { step: new Float64Array(), time: new Float64Array(), value: new Float64Array() };
            const [points = none, xPoints = none] = [
              store.getMetricColumns(runId, 'm'),
              store.getMetricColumns(runId, 'the x'),
            ];
            const whole = answer.map((entry) => (known === undefined ? entry : continueSeries(known, entry)));
            assert.deepEqual(whole, expected(points, xPoints, start, request));
            whole.forEach((entry) => before.set(name, entry));
          }
          await scene.end();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a curve that is known and did not change hold no rows', async () => {
    const { store } = await scene.withRun();
    await log(
      store,
      'm',
      Array.from({ length: 500 }, (_, step) => ({ step, timestamp: step, value: step })),
    );
    const curves = new Curves(store);
    const request = { run_ids: [runId], keys: ['m'], x: 'step', max_points: 100 };
    const ask = async (known: object[]) =>
      decodeSeries((await answerSeries(curves, { ...request, known })).slice().buffer)[0];
    const first = await ask([]);
    const version = first?.version ?? '';
    const again = await ask([{ run_id: runId, key: 'm', version }]);
    assert.equal(again?.keep, first?.series.x.length);
    assert.equal(again?.series.x.length, 0);
    // Another server knows the version, too: it names the points, not the answer.
    assert.equal((await ask([{ run_id: runId, key: 'm', version: 'x' }]))?.keep, undefined);
    const other = decodeSeries(
      (await answerSeries(new Curves(store), { ...request, known: [{ run_id: runId, key: 'm', version }] })).slice()
        .buffer,
    )[0];
    assert.equal(other?.keep, first?.series.x.length);
  });

  it('that are asked for again and again cost what is new of them, whatever comes in between', async () => {
    const { store } = await scene.withRun();
    let read = 0;
    let isCounted = false;
    const copy = store.copyMetricColumns.bind(store);
    store.copyMetricColumns = (...args) => {
      read += isCounted ? args[2].count : 0;
      copy(...args);
    };
    const curves = new Curves(store);
    const points = (from: number, count: number): Logged[] =>
      Array.from({ length: count }, (_, i) => ({ step: from + i, timestamp: from + i, value: Math.sin(from + i) }));
    await log(store, 'm', points(100, 1000));
    for (const x of ['step', 'time', 'relative'] as const) {
      const request: SeriesRequest = { run_ids: [runId], keys: ['m'], x, max_points: 50 };
      let before: SeriesEntry | undefined;
      const ask = async (): Promise<void> => {
        const known = before?.version === undefined ? [] : [{ run_id: runId, key: 'm', version: before.version }];
        isCounted = true;
        const bytes = await answerSeries(curves, { ...request, known });
        isCounted = false;
        const answer = decodeSeries(bytes.slice().buffer)[0];
        const columns = store.getMetricColumns(runId, 'm');
        assert.ok(answer && columns);
        before = before ? continueSeries(before, answer) : answer;
        const wanted = expected(columns, columns, Number(store.getRunInfo(runId)?.startTime), request)[0];
        assert.ok(wanted?.series.kind === 'thinned' && before.series.kind === 'thinned');
        // Means are the same but for their last bits.
        const { mean } = wanted.series;
        before.series.mean.forEach((each, i) => assert.ok(Math.abs(each - (mean[i] ?? NaN)) < 1e-12));
        assert.deepEqual({ ...before, series: { ...before.series, mean } }, wanted);
      };
      await ask();
      await log(store, 'm', points(5000 + 5000 * ['step', 'time', 'relative'].indexOf(x), 20));
      await ask();
      read = 0;
      const from = 6000 + 5000 * ['step', 'time', 'relative'].indexOf(x);
      for (let i = 0; i < 20; i++) {
        await log(store, 'm', points(from + 30 * i, 30));
        await ask();
      }
      assert.equal(read, 600);
      // One in the middle: all others behind it have other places.
      await log(store, 'm', [{ step: from, timestamp: from, value: 7 }]);
      await ask();
      assert.ok(read > 1200, `${read} points were read`);
    }
  });

  it('forget what the disk refused, though it was seen', async () => {
    const faulty = new FaultyFiles();
    const { store } = await scene.withRun(faulty.files);
    const point = (step: number, value: number): Logged => ({ step, timestamp: step, value });
    await log(store, 'm', [point(1, 1), point(2, 2)]);
    const curves = new Curves(store);
    const ask = async () => {
      const bytes = await answerSeries(curves, { run_ids: [runId], keys: ['m'], x: 'step', max_points: 100 });
      const series = decodeSeries(bytes.slice().buffer)[0]?.series;
      assert.ok(series?.kind === 'raw');
      return [...series.y];
    };
    let seen: Promise<number[]> | undefined;
    faulty.fault = (operation) => {
      if (operation === 'append') {
        // The write is applied, and waits for the disk.
        seen ??= ask();
        return systemError('ENOSPC');
      }
      return undefined;
    };
    await assert.rejects(log(store, 'm', [point(3, 30)]));
    assert.deepEqual(await seen, [1, 2, 30]);
    faulty.fault = () => undefined;
    // Again three points.
    await log(store, 'm', [point(3, 3)]);
    assert.deepEqual(await ask(), [1, 2, 3]);
  });

  it('are refused with the reason', async () => {
    const { store } = await scene.withRun();
    const good = { run_ids: [runId], keys: ['m'], x: 'step', max_points: 100 };
    const cases: [object, RegExp][] = [
      [{ x: { expression: '1 +' } }, /x: Something is missing \(at character 4/],
      [{ x: { expression: '' } }, /x/],
      [{ x: { no: 1 } }, /x/],
      [{ smoothing: { kind: 'ema', amount: 1 } }, /weight of the past/],
      [{ smoothing: { kind: 'spline', amount: 1 } }, /smoothing\.kind/],
      [{ smoothing: { kind: 'mean', amount: 1.5 } }, /whole number/],
      [{ known: [{ run_id: runId }] }, /known\[0\]\.key/],
    ];
    for (const [bad, message] of cases) {
      await assert.rejects(answerSeries(new Curves(store), { ...good, ...bad }), message, JSON.stringify(bad));
    }
  });
});
