import assert from 'node:assert/strict';
import { negativeZero, stringifyJson } from '../../../src/core/json';
import { JsonPieces, withList } from '../../../src/server/api/jsonPieces';

describe('A long list as JSON', () => {
  const toWire = (i: number): object => ({ i, text: `ä"${i}`, value: i % 3 === 0 ? negativeZero : 2n ** 60n });

  for (const count of [0, 1, 50, 51, 100, 101, 1234]) {
    for (const rest of [{}, { next_page_token: 'a"b' }]) {
      it(`is the same text in pieces: ${count} things, ${Object.keys(rest).length} other fields`, async () => {
        const items = Array.from({ length: count }, (_, i) => i);
        const answer = await withList('runs', items, toWire, rest);
        const text = answer instanceof JsonPieces ? Buffer.concat(answer.pieces).toString() : stringifyJson(answer);
        const whole = { ...(count > 0 ? { runs: items.map(toWire) } : {}), ...rest };
        assert.equal(text, stringifyJson(whole));
        assert.equal(answer instanceof JsonPieces, count > 50);
      });
    }
  }

  it('has as many things in a piece as are asked for', async () => {
    const items = Array.from({ length: 501 }, (_, i) => i);
    const answer = await withList('metrics', items, toWire, {}, 500);
    assert.ok(answer instanceof JsonPieces);
    assert.equal(answer.pieces.length, 4);
    assert.equal(Buffer.concat(answer.pieces).toString(), stringifyJson({ metrics: items.map(toWire) }));
    assert.ok(!((await withList('metrics', items.slice(1), toWire, {}, 500)) instanceof JsonPieces));
  });
});
