import assert from 'node:assert/strict';
import { parseExpression } from '../../../src/core/expression';
import { overAxis, overExpression, type MetricColumns } from '../../../src/core/metricColumns';

function metric(...points: readonly (readonly [step: number, value: number])[]): MetricColumns {
  return {
    step: Float64Array.from(points, ([step]) => step),
    time: Float64Array.from(points, (_, i) => 1000 * (i + 1)),
    value: Float64Array.from(points, ([, value]) => value),
  };
}
const pairs = ({ x, y }: { x: Float64Array; y: Float64Array }): [number, number][] =>
  Array.from(x, (each, i) => [each, y[i] ?? NaN]);

describe('columns of curves', () => {
  it('have x by step, by time, and by time since the start', () => {
    const points = { ...metric([1, 10], [2, 20], [3, 30]), time: Float64Array.of(5000, 9000, 7000) };
    assert.deepEqual(pairs(overAxis(points, 'step', 0)), [
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    assert.deepEqual(pairs(overAxis(points, 'time', 4000)), [
      [5, 10],
      [7, 30],
      [9, 20],
    ]);
    assert.deepEqual(pairs(overAxis(points, 'relative', 4000)), [
      [1, 10],
      [3, 30],
      [5, 20],
    ]);
  });

  it('have x by other metrics at the same step', () => {
    const loss = metric([1, 10], [2, 20], [2, 21], [4, 40], [5, NaN]);
    const tokens = metric([0, 5], [1, 300], [2, 100], [2, 200], [3, 7], [5, 50]);
    const twice = parseExpression('2 * tokens');
    assert.deepEqual(pairs(overExpression(loss, twice, [tokens])), [
      [100, NaN],
      [400, 20],
      [400, 21],
      [600, 10],
    ]);
    assert.deepEqual(pairs(overExpression(loss, parseExpression('tokens / lr'), [tokens, metric([1, 3], [2, 0])])), [
      [100, 10],
    ]);
    assert.deepEqual(pairs(overExpression(loss, parseExpression('7'), [])).length, 5);
  });
});
