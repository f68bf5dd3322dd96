import assert from 'node:assert/strict';
import { decodeSeries } from '../../../src/protocol/seriesCodec';
import { warmCurves } from '../../../src/server/api/labbook/curveWarmth';

describe('Server: what is done ahead for the first curves', () => {
  it('answers questions for curves, thinned ones too, and lets others have their turns', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) {
        setImmediate(count);
      }
    };
    setImmediate(count);
    const answers = await warmCurves();
    isOver = true;
    const kinds = answers.map((answer) =>
      decodeSeries(answer.slice().buffer).map(({ series, total }) => `${series.kind} ${total}`),
    );
    assert.deepEqual(kinds.flat(), [
      'raw 500',
      'thinned 2000',
      'thinned 8000',
      'thinned 16000',
      'thinned 32000',
      'thinned 32000',
    ]);
    assert.ok(turns >= answers.length, `${turns} turns`);
  });
});
