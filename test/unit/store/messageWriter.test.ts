import assert from 'node:assert/strict';
import { decode, Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { finish } from '../../../src/core/steps';
import { MessageWriter } from '../../../src/server/store/messageWriter';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .tuple(fc.constantFrom('a', 'é', '€', '😀'), fc.constantFrom(7, 31, 32, 255, 256, 65_535, 65_536))
    .map(([each, count]) => each.repeat(count)),
);
const edges = [0, 2 ** 5, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 53];
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc
    .tuple(fc.constantFrom(...edges), fc.constantFrom(-1, 0, 1), fc.constantFrom(1, -1))
    .map(([edge, by, sign]) => sign * (edge + by)),
);
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { maxDepth: 4 },
    text,
    number,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(null, undefined),
    fc.array(tie('message'), { maxLength: 40 }),
  ),
}));

describe('Store: messages of the journal', () => {
  it('are written as the library writes them', () => {
    const writer = new MessageWriter();
    fc.assert(
      fc.property(message, (value) => {
        const expected = new Encoder({ useBigInt64: true }).encode(value);
        assert.ok(Buffer.from(writer.write(value)).equals(expected));
      }),
    );
  });

  it('may be long, and leave room for others', () => {
    const writer = new MessageWriter();
    const long = [Array.from({ length: 70_000 }, (_, i) => i), new Uint8Array(300_000).fill(7), 'é'.repeat(200_000)];
    for (const value of [long, 'short', long, new Uint8Array(70_000), []]) {
      assert.deepEqual(decode(new Uint8Array(writer.write(value))), value);
    }
  });

  it('are the same in steps, in pieces that stay good', () => {
    fc.assert(
      fc.property(message, fc.nat(8), (value, times) => {
        const writer = new MessageWriter();
        const long = Array.from({ length: times }, () => [value, 'x'.repeat(50_000)]);
        const pieces = finish(writer.writeInSteps(long));
        finish(writer.writeInSteps([long, value]));
        assert.ok(Buffer.concat(pieces).equals(writer.write(long)));
      }),
    );
  });

  it('that are long leave time for others', () => {
    const steps = new MessageWriter().writeInSteps(Array.from({ length: 1000 }, () => ['name', 'x'.repeat(10_000)]));
    let count = 1;
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) {
      count++;
    }
    // 10 MB.
    assert.ok(count > 50, `${count} steps`);
    assert.ok(next.value.every((piece) => piece.length < 256 * 1024));
  });

  it('hold nothing else', () => {
    const writer = new MessageWriter();
    for (const value of [{}, true, Symbol('s'), () => undefined, new Map()]) {
      assert.throws(() => writer.write([1, value]), TypeError);
    }
    assert.deepEqual(decode(writer.write([1])), [1]);
  });
});
