import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  columnFormat,
  exactNumber,
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatMetric,
  formatShare,
  formatStep,
  metricFormat,
  setLanguage,
} from '../../../src/core/format';

const column = (values: number[], digits?: number): string[] => values.map(metricFormat(values, digits));

describe('format', () => {
  it('gives the cells of a metric the decimals of their median', () => {
    assert.deepEqual(column([0.80132, 0.5, 0.123456]), ['0.8013', '0.5000', '0.1235']);
    assert.deepEqual(column([12.3456, 0.5, 13]), ['12.35', '0.50', '13.00']);
    assert.deepEqual(column([12345.678, 20000.5]), ['12346', '20001']);
    assert.deepEqual(column([0.0123456, 0.02]), ['0.01235', '0.02000']);
    assert.deepEqual(column([0.00123, 0.0014]), ['0.001230', '0.001400']);
    assert.deepEqual(column([0.5, 1.25], 2), ['0.50', '1.25']);
    assert.deepEqual(column([-1.5, 2.25]), [`\u22121.500`, '2.250']);
  });

  it('writes differences and shares that round to nothing as 0, without a sign, and all others with theirs', () => {
    const tiny = fc.double({ min: -2e-3, max: 2e-3, noNaN: true });
    const any = fc.oneof(tiny, fc.double({ noNaN: true }), fc.integer());
    fc.assert(
      fc.property(fc.array(any), fc.integer({ min: 1, max: 17 }), any, (values, digits, each) => {
        const texts = [columnFormat(values, digits).difference(each), formatShare(each).replace(/ %$/, '')];
        for (const text of texts) {
          if (/[1-9]|Inf/.test(text)) {
            assert.match(text, each > 0 ? /^\+[^+\u2212]/ : /^\u2212[^+\u2212]/);
          } else {
            assert.equal(text, '0');
          }
        }
      }),
    );
  });

  it('writes extremes with an exponent', () => {
    assert.deepEqual(column([0.5, 1e-300, 1.7976931348623157e308, 5e-324, 0.00099, 9999999.5, 1e7 + 0.5]), [
      '0.5000',
      '1.000e\u2212300',
      '1.798e308',
      '4.941e\u2212324',
      '9.900e\u22124',
      '9999999.5000',
      '1.000e7',
    ]);
    assert.equal(formatMetric(5e-324), '4.941e\u2212324');
    assert.equal(formatMetric(-1e-300), '\u22121.000e\u2212300');
    assert.equal(formatMetric(1.7976931348623157e308), '1.798e308');
    assert.equal(formatMetric(12345678.5), '1.235e7');
  });

  it('writes integers in full and grouped up to 2^53 where all are integers', () => {
    assert.deepEqual(column([9007199254740992, 3, -12345678]), ['9,007,199,254,740,992', '3', '\u221212,345,678']);
    assert.equal(formatMetric(9007199254740994), '9.007e15');
    assert.deepEqual(column([3, 0.5]), ['3.000', '0.500'], 'mixed columns share decimals');
    assert.deepEqual(column([]), []);
  });

  it('says zero, NaN and infinity in words of their own', () => {
    assert.deepEqual(column([0, -0, NaN, Infinity, -Infinity, 0.5]), ['0', '0', 'NaN', '+Inf', '\u2212Inf', '0.5000']);
    assert.deepEqual(column([NaN, NaN]), ['NaN', 'NaN']);
  });

  it('writes what rounds to zero without a sign', () => {
    assert.deepEqual(column([-0.4, 5000.5, 6000.5]), ['0', '5001', '6001']);
    assert.deepEqual(column([-0.004, 12.5, 13.5]), ['0.00', '12.50', '13.50']);
    const small = fc.double({ min: -1, max: 1, noNaN: true });
    const usual = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.oneof(small, usual)), fc.integer({ min: 1, max: 17 }), (values, digits) => {
        for (const text of column(values, digits)) {
          assert.doesNotMatch(text, /^[-\u2212]0(\.0*)?$/);
        }
      }),
    );
  });

  it('never fails, and never writes an ASCII minus', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 2, max: 17 }), (values, digits) => {
        for (const text of column(values, digits)) {
          assert.match(text, /^(NaN|[+\u2212]Inf|\u2212?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?(e\u2212?\d+)?)$/);
        }
      }),
    );
  });

  it('has an exact form that reads back as the same double', () => {
    fc.assert(fc.property(fc.double(), (value) => assert.ok(Object.is(Number(exactNumber(value)), value))));
    assert.equal(exactNumber(-0), '-0');
    assert.equal(exactNumber(5e-324), '5e-324');
  });

  it('shortens steps', () => {
    const steps = [
      0,
      999,
      1000,
      1499,
      9999,
      58_000,
      58_999,
      999_999,
      1_500_000,
      9007199254740993n,
      -2000,
      2n ** 63n - 1n,
    ];
    const short = ['0', '999', '1k', '1.4k', '9.9k', '58k', '58k', '999k', '1.5M', '9P', '\u22122k', '9.2E'];
    assert.deepEqual(steps.map(formatStep), short);
    assert.equal(formatCount(78_200, 'en'), '78,200');
    assert.equal(formatCount(9007199254740993n, 'en'), '9,007,199,254,740,993');
    assert.equal(formatCount(78_200, 'de'), '78.200');
  });

  it('writes durations in two units', () => {
    const cases: [number, string][] = [
      [0, '0 ms'],
      [-5, '0 ms'],
      [812, '812 ms'],
      [999.6, '1.0 s'],
      [9_400, '9.4 s'],
      [59_940, '59.9 s'],
      [59_950, '1m 00s'],
      [3_492_000, '58m 12s'],
      [3_599_600, '1h 00m'],
      [13_200_000, '3h 40m'],
      [86_399_900, '1d 00h'],
      [190_800_000, '2d 05h'],
      [NaN, '–'],
      [Infinity, '–'],
    ];
    for (const [milliseconds, text] of cases) {
      assert.equal(formatDuration(milliseconds), text);
    }
  });

  it('writes how long ago, then the date', () => {
    const now = new Date(2026, 9, 14, 12).getTime();
    const ago = (seconds: number): string => formatAgo(now - seconds * 1000, now);
    assert.deepEqual([0, 3, -60, 59, 60, 3599, 3600, 86_399, 86_400, 29.9 * 86_400].map(ago), [
      '0 s ago',
      '3 s ago',
      '0 s ago',
      '59 s ago',
      '1 min ago',
      '59 min ago',
      '1 h ago',
      '23 h ago',
      '1 d ago',
      '29 d ago',
    ]);
    assert.equal(ago(30 * 86_400), '2026-09-14');
    assert.equal(formatAgo(-(2n ** 63n), now), '106752011907 d ago');
  });

  it('speaks the language that was set, and the machine’s own where it is none', () => {
    const now = new Date(2026, 9, 14, 12).getTime();
    const seen = (): string[] => [
      formatAgo(now - 5000, now),
      formatAgo(now - 5 * 86_400_000, now),
      formatCount(78_200),
      formatInstant(now).local.replace(/2026.*/, '2026'),
    ];
    const before = seen();
    try {
      setLanguage('de');
      assert.deepEqual(seen(), ['vor 5 Sek.', 'vor 5 Tagen', '78.200', '14.10.2026']);
      assert.equal(formatAgo(now - 30 * 86_400_000, now), '2026-09-14');
      setLanguage('zh-cn');
      assert.deepEqual(seen(), ['5秒前', '5天前', '78,200', '2026']);
      setLanguage('en');
      assert.equal(formatAgo(now - 5000, now), '5 s ago');
      assert.equal(formatAgo(now - 5000, now, 'de'), 'vor 5 Sek.');
    } finally {
      setLanguage('');
    }
    assert.deepEqual(seen(), before);
  });

  it('writes instants in the zone and in UTC', () => {
    const { local, utc } = formatInstant(1_700_000_000_000, 'en-GB', 'Europe/Berlin');
    assert.match(local, /14 Nov 2023.*23:13:20.*CET/);
    assert.equal(utc, '2023-11-14T22:13:20.000Z');
    assert.equal(formatInstant(2n ** 62n).utc, '4611686018427387904');
  });

  it('writes bytes in decimal units', () => {
    const sizes = [
      0, 812, 999, 1000, 6_400, 96_000, 94_940_000, 99_960, 412_331_002, 999_499, 999_600, 1.2e9, 64e9, 5e21,
    ];
    const texts = ['0 B', '812 B', '999 B', '1 kB', '6.4 kB', '96 kB', '94.9 MB', '100 kB', '412 MB', '999 kB', '1 MB'];
    assert.deepEqual(sizes.map(formatBytes), [...texts, '1.2 GB', '64 GB', '5000 EB']);
  });
});
