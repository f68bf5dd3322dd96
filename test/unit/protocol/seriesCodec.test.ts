import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { thin } from '../../../src/core/series';
import {
  CommonColumns,
  continueSeries,
  decodeSeries,
  encodeSeries,
  type SeriesEntry,
} from '../../../src/protocol/seriesCodec';

const bits = (column: Float64Array): BigUint64Array =>
  new BigUint64Array(column.buffer.slice(column.byteOffset, column.byteOffset + column.byteLength));

/** The entry with the bits of each column, so that NaN and -0 are told apart from what equals them. */
function exact({ series, ...rest }: SeriesEntry) {
  return {
    ...rest,
    ...(rest.smooth === undefined ? {} : { smooth: bits(rest.smooth) }),
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
    smoothed: fc.boolean(),
    facts: fc.record(
      { first: fc.double({ noNaN: true, noDefaultInfinity: true }), version: fc.string(), keep: fc.nat() },
      { requiredKeys: [] },
    ),
  })
  .map(({ y, maxPoints, smoothed, facts, ...rest }) => {
    const series = thin(
      Float64Array.from(y, (_, i) => i),
      Float64Array.from(y),
      maxPoints,
    );
    // JSON has no -0.
    const first = facts.first === undefined ? {} : { first: facts.first + 0 };
    return { ...rest, ...facts, ...first, series, ...(smoothed ? { smooth: series.x.map(Math.sin) } : {}) };
  });

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

  it('writes steps that curves have in common once', () => {
    const curve = (runId: string, from: number): SeriesEntry => {
      const x = Float64Array.from({ length: 1000 }, (_, i) => from + i);
      return { runId, key: 'k', total: 1000, series: thin(x, x.map(Math.sin), 50) };
    };
    const entries = [curve('a', 0), curve('b', 5), curve('c', 0), curve('d', 5), curve('e', 0)];
    const encoded = encodeSeries(entries);
    const decoded = decodeSeries(encoded.buffer);
    assert.deepEqual(decoded.map(exact), entries.map(exact));
    const [a, b, c, d, e] = decoded.map(({ series }) => series);
    assert.ok(a && a.x === c?.x && a.x === e?.x && b?.x === d?.x && a.x !== b?.x);
    assert.ok(a.kind === 'thinned' && c.kind === 'thinned' && a.count === c.count && a.mean !== c.mean);
    const alone = entries.reduce((sum, entry) => sum + encodeSeries([entry]).length, 0);
    assert.ok(encoded.length < alone * 0.85, `${encoded.length} of ${alone} bytes`);

    const text = new TextDecoder().decode(encoded);
    for (const like of ['4', '3', '2']) {
      const changed = encoded.slice();
      changed[text.indexOf('"like":0') + 7] = like.charCodeAt(0);
      assert.throws(
        () => decodeSeries(changed.buffer),
        /damaged: an entry has the rows of one that is not there/,
        like,
      );
    }
  });

  it('refuses to encode columns of different lengths', () => {
    const series = { kind: 'raw', x: new Float64Array(2), y: new Float64Array(3) } as const;
    assert.throws(() => encodeSeries([{ runId: 'r', key: 'k', total: 3, series }]), /differ in length/);
  });

  describe('continueSeries', () => {
    const entry = (length: number, maxPoints: number, version: string): SeriesEntry => {
      const x = Float64Array.from({ length }, (_, i) => i);
      const y = x.map((each) => (each % 7 === 3 ? NaN : Math.cos(each)));
      const series = thin(x, y, maxPoints);
      return { runId: 'r', key: 'k', total: length, first: 0, version, series, smooth: series.x.map(Math.sin) };
    };
    /** What `whole` has behind its first `keep` rows. */
    const rest = (whole: SeriesEntry, keep: number): SeriesEntry => {
      const { series, smooth } = whole;
      const from = (column: Float64Array): Float64Array => column.slice(keep);
      assert.ok(smooth);
      if (series.kind === 'raw') {
        return { ...whole, keep, smooth: from(smooth), series: { kind: 'raw', x: from(series.x), y: from(series.y) } };
      }
      const odd = series.oddX.findIndex((x) => x > (series.x[keep - 1] ?? -Infinity));
      const oddFrom = odd < 0 ? series.oddX.length : odd;
      return {
        ...whole,
        keep,
        smooth: from(smooth),
        series: {
          kind: 'thinned',
          x: from(series.x),
          last: from(series.last),
          min: from(series.min),
          max: from(series.max),
          mean: from(series.mean),
          count: from(series.count),
          oddX: series.oddX.slice(oddFrom),
          oddY: series.oddY.slice(oddFrom),
        },
      };
    };

    for (const [kind, maxPoints] of [
      ['raw', 1000],
      ['thinned', 8],
    ] as const) {
      it(`puts the rows that stay before the new ones (${kind})`, () => {
        // 50 and 60 points are thinned in the same buckets of 8; the last of 50 is not full.
        const [before, after] = [entry(50, maxPoints, 'a'), entry(60, maxPoints, 'b')];
        assert.equal(before.series.kind, kind);
        for (let keep = 0; keep <= (kind === 'raw' ? 50 : 6); keep++) {
          const wire = decodeSeries(encodeSeries([rest(after, keep)]).buffer)[0];
          assert.ok(wire);
          assert.deepEqual(exact(continueSeries(before, wire)), exact(after), `${keep} rows`);
        }
      });
    }

    it('joins the rows that it has where buckets became wider', () => {
      const [before, after] = [entry(60, 8, 'a'), entry(100, 8, 'b')];
      assert.deepEqual([before.series.x.length, after.series.x.length], [8, 7]);
      for (let keep = 0; keep <= 3; keep++) {
        const wire = decodeSeries(encodeSeries([{ ...rest(after, keep), join: 4 }]).buffer)[0];
        const wanted = after.series;
        assert.ok(wire?.join === 4);
        const { series, ...facts } = continueSeries(before, wire);
        assert.ok(series.kind === 'thinned' && wanted.kind === 'thinned' && !('join' in facts));
        // Means are the same but for their last bits.
        series.mean.forEach((mean, row) => assert.ok(Math.abs(mean - (wanted.mean[row] ?? NaN)) < 1e-12));
        assert.deepEqual(exact({ ...facts, series: { ...series, mean: wanted.mean } }), exact(after));
      }
      assert.throws(() => continueSeries(before, { ...rest(after, 5), join: 4 }), /continues another curve/);
      const bytes = encodeSeries([{ ...after, join: 4 }]);
      assert.throws(() => decodeSeries(bytes.buffer), /another form/);
    });

    it('takes a whole answer as it is, and leaves the columns where nothing is new', () => {
      const [before, after] = [entry(50, 8, 'a'), entry(60, 8, 'b')];
      assert.equal(continueSeries(before, after), after);
      const same = continueSeries(before, { ...rest(before, before.series.x.length), version: 'c' });
      assert.equal(same.series, before.series);
      assert.equal(same.smooth, before.smooth);
      assert.equal(same.version, 'c');
      assert.ok(!('keep' in same));
    });

    it('makes columns that curves have in common once, and leaves what was there as it is', () => {
      const [before, after] = [entry(50, 8, 'a'), entry(60, 8, 'b')];
      const old = exact(before);
      const common = new CommonColumns();
      const first = continueSeries(before, rest(after, 3), common).series;
      const second = continueSeries(entry(50, 8, 'a'), rest(after, 3), common).series;
      const other = continueSeries(entry(50, 8, 'a'), rest(entry(61, 8, 'b'), 3), common).series;
      assert.ok(first.kind === 'thinned' && second.kind === 'thinned' && other.kind === 'thinned');
      assert.equal(second.x, first.x);
      assert.equal(second.count, first.count);
      assert.notEqual(second.mean, first.mean);
      assert.notEqual(other.count, first.count);
      assert.deepEqual(exact(before), old);
    });

    it('grows columns in their memory, where they are the newest there', () => {
      const grown = (before: SeriesEntry, length: number): SeriesEntry =>
        continueSeries(before, rest(entry(length, 8, `${length}`), 6));
      const first = grown(entry(50, 8, 'a'), 55);
      const second = grown(first, 60);
      assert.deepEqual(exact(second), exact(entry(60, 8, '60')));
      assert.equal(second.smooth?.buffer, first.smooth?.buffer);
      const other = grown(first, 58);
      assert.deepEqual(exact(other), exact(entry(58, 8, '58')));
      assert.deepEqual(exact(second), exact(entry(60, 8, '60')));
      // As long as there is room.
      let last = second;
      for (let length = 61; length < 800; length += 3) {
        const whole = { ...entry(length, 1000, `${length}`) };
        last = length === 61 ? whole : continueSeries(last, rest(whole, length - 3));
        assert.deepEqual(exact(last), exact(whole));
      }
    });

    it('refuses what continues something else', () => {
      const [raw, thinned] = [entry(50, 1000, 'a'), entry(50, 8, 'a')];
      assert.throws(() => continueSeries(raw, rest(thinned, 2)), /continues another curve/);
      assert.throws(() => continueSeries(raw, { ...rest(raw, 50), keep: 51 }), /continues another curve/);
      const { smooth, ...plain } = raw;
      assert.ok(smooth);
      assert.throws(() => continueSeries(plain, rest(raw, 2)), /continues another curve/);
    });
  });
});
