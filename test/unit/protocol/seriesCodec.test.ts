import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { thin } from '../../../src/core/series';
import { decodeSeries, encodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';

const bits = (column: Float64Array): BigUint64Array =>
  new BigUint64Array(column.buffer.slice(column.byteOffset, column.byteOffset + column.byteLength));

/** The entry with the bits of each column, so that NaN and -0 are told apart from what equals them. */
function exact({ series, ...rest }: SeriesEntry) {
  return {
    ...rest,
    series: Object.fromEntries(
      Object.entries(series).map(([name, value]) => [
        name,
        value instanceof Float64Array ? bits(value) : String(value),
      ]),
    ),
  };
}

const anyEntry: fc.Arbitrary<SeriesEntry> = fc
  .record({
    runId: fc.string({ unit: 'binary' }),
    key: fc.string({ unit: 'grapheme' }),
    total: fc.nat(),
    y: fc.array(fc.double()),
    maxPoints: fc.integer({ min: 2, max: 20 }),
  })
  .map(({ y, maxPoints, ...rest }) => ({
    ...rest,
    series: thin(
      Float64Array.from(y, (_, i) => i),
      Float64Array.from(y),
      maxPoints,
    ),
  }));

describe('series codec', () => {
  it('round-trips bit for bit', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 5 }), (entries) => {
        const decoded = decodeSeries(encodeSeries(entries).buffer);
        assert.deepEqual(decoded.map(exact), entries.map(exact));
      }),
    );
  });

  it('keeps NaN, -0 and the extremes', () => {
    const y = Float64Array.from([NaN, -0, 5e-324, Number.MAX_VALUE, -Infinity]);
    const entry: SeriesEntry = { runId: 'r', key: 'k', total: 5, series: { kind: 'raw', x: y, y } };
    const [decoded] = decodeSeries(encodeSeries([entry]).buffer);
    assert.ok(decoded);
    assert.deepEqual(exact(decoded), exact(entry));
  });

  it('makes views, not copies', () => {
    const x = Float64Array.from([1, 2]);
    const { buffer } = encodeSeries([{ runId: 'r', key: 'k', total: 2, series: { kind: 'raw', x, y: x } }]);
    assert.equal(decodeSeries(buffer)[0]?.series.x.buffer, buffer);
  });

  it('refuses what lies about its length', () => {
    const x = Float64Array.from([1, 2, 3]);
    const good = encodeSeries([{ runId: 'r', key: 'k', total: 3, series: { kind: 'raw', x, y: x } }]);
    const changed = (change: (copy: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): ArrayBuffer =>
      change(good.slice()).slice().buffer;
    const text = new TextDecoder().decode(good);

    assert.throws(() => decodeSeries(new ArrayBuffer(0)), /damaged: it does not begin/);
    assert.throws(() => decodeSeries(new ArrayBuffer(64)), /damaged: it does not begin/);
    for (let length = 8; length < good.length; length++) {
      assert.throws(() => decodeSeries(changed((copy) => copy.subarray(0, length))), /damaged/, `${length} bytes`);
    }
    assert.throws(
      () => decodeSeries(changed((copy) => Uint8Array.from([...copy, 0, 0, 0, 0, 0, 0, 0, 0]))),
      /speaks of \d+ bytes/,
    );
    assert.throws(
      () =>
        decodeSeries(
          changed((copy) => {
            new DataView(copy.buffer).setUint32(4, 0xffffffff, true);
            return copy;
          }),
        ),
      /claims 4294967295/,
    );
    for (const rows of ['4', '9', '-', '.']) {
      assert.throws(
        () =>
          decodeSeries(
            changed((copy) => {
              copy[text.indexOf('"rows":3') + 7] = rows.charCodeAt(0);
              return copy;
            }),
          ),
        /damaged/,
        rows,
      );
    }
  });

  it('refuses to encode columns of different lengths', () => {
    const series = { kind: 'raw', x: new Float64Array(2), y: new Float64Array(3) } as const;
    assert.throws(() => encodeSeries([{ runId: 'r', key: 'k', total: 3, series }]), /differ in length/);
  });
});
