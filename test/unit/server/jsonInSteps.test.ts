import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maxJsonDepth, parseJson } from '../../../src/core/json';
import { finish } from '../../../src/core/steps';
import { parseJsonInSteps } from '../../../src/server/http/jsonInSteps';

const numRuns = Number(process.env['LABBOOK_EXPLORE'] ?? 500);

const blank = fc.constantFrom('', '', '', ' ', '\n\t', '\r ', ' \n '.repeat(9));
const characters = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.constantFrom(
    '\\u00e9',
    '\\ud83d\\ude00',
    '\\ud83d',
    '\\\\',
    '\\"',
    '\\n',
    'é',
    '漢',
    '😀',
    '1234567890123456789',
    '],[',
    '}',
  ),
);
const text = fc.array(characters, { maxLength: 8 }).map((parts) => `"${parts.join('')}"`);
const numeral = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.constantFrom('-0', '-0.0', '1e999', '12345678901234567890e3', '0.12345678901234567890'),
);
const name = fc.oneof(text, fc.constantFrom('"a"', '"a"', '"b"', '"7"', '"__proto__"', '"constructor"', '""'));
/** Texts that are JSON. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc
    .tuple(
      blank,
      fc.oneof(
        { maxDepth: 5, depthSize: 'medium' },
        text,
        numeral,
        fc.constantFrom('null', 'true', 'false'),
        fc
          .tuple(fc.array(tie('json'), { maxLength: 6 }), blank)
          .map(([members, end]) => `[${members.join(',') || end}]`),
        fc
          .tuple(fc.array(fc.tuple(blank, name, blank, tie('json')), { maxLength: 6 }), blank)
          .map(
            ([members, end]) => `{${members.map(([a, key, b, value]) => `${a}${key}${b}:${value}`).join(',') || end}}`,
          ),
      ),
      blank,
    )
    .map((parts) => parts.join('')),
}));
/** Texts that mostly are not: something is put in, or taken out. */
const broken = fc
  .tuple(
    json,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.constantFrom(
          '',
          '',
          ',',
          ':',
          '[',
          ']',
          '{',
          '}',
          '"',
          '\\',
          '0',
          'é',
          '\t',
          'null',
          '"x"',
          '"x":',
          ',,',
          '\\u12',
        ),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([good, changes]) =>
    changes.reduce((all, [place, length, put]) => {
      const at = place % (all.length + 1);
      return all.slice(0, at) + put + all.slice(at + length);
    }, good),
  );

function outcome(read: () => unknown): { value: unknown } | 'SyntaxError' {
  try {
    return { value: read() };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return 'SyntaxError';
  }
}

function assertSame(written: string, pieceBytes?: number): void {
  const bytes = Buffer.from(written);
  const whole = bytes.toString();
  const inSteps = outcome(() => finish(parseJsonInSteps(bytes, undefined, pieceBytes)));
  if (/^[ \t\r\n]*$/.test(whole)) {
    assert.deepEqual(inSteps, { value: undefined });
    return;
  }
  const expected = outcome(() => parseJson(whole));
  assert.deepEqual(inSteps, expected);
  assert.equal(keysOf(inSteps), keysOf(expected));
}

/** The names in their order, of which deepEqual does not tell. */
function keysOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}

describe('JSON that is read in steps', () => {
  const pieces = fc.constantFrom(1, 2, 3, 5, 8, 13, 40, 200, 65_536);

  it('is read as at once', () => {
    fc.assert(fc.property(json, pieces, assertSame), { numRuns });
  });

  it('is refused where it is at once', () => {
    fc.assert(fc.property(broken, pieces, assertSame), { numRuns });
  });

  it('is no other at its ends, commas and colons', () => {
    const texts = [
      '',
      ' ',
      '[',
      ']',
      '{',
      '}',
      '[]',
      '{}',
      '[,]',
      '[1,]',
      '[,1]',
      '[1,,2]',
      '{,}',
      '{"a":1,}',
      '[1}',
      '{"a":1]',
      '1,2',
      '1,',
      '[] []',
      '[[1] [2]]',
      '[[1],[2],]',
      '{"a":1[2]}',
      '{"a"[2]}',
      '{[2]}',
      '{"a":[1] "b":[2]}',
      '{"long name of many bytes" 1}',
      '"a" "b"',
      '{"long name of many bytes"}',
      '{"long name of many bytes":}',
      '{"long name of many bytes":1,"b":[1]}',
      '["long text" 1]',
      '"a',
      '{"long name of many bytes":"long text of many bytes","c":2}',
      '{"a":1"long text of many bytes"}',
      '[1"long text"]',
      '"\\',
      '"\\u12',
      '{"long name":[1],"other name":{"a":2}}',
      '{"long name":1:2}',
      '{"a":1,"long name",2}',
      '{"long name of many bytes":1 2}',
      'nul',
      '\v',
    ];
    for (const each of texts) {
      for (const pieceBytes of [1, 2, 3, 4, 5, 7, 9, 12, 16, 30, 1000]) {
        assertSame(each, pieceBytes);
      }
    }
  });

  it('nests no deeper', () => {
    for (const depth of [1, maxJsonDepth - 1, maxJsonDepth]) {
      assertSame('['.repeat(depth) + ']'.repeat(depth), 10);
      assertSame('{"a":'.repeat(depth) + '1' + '}'.repeat(depth), 7);
    }
    // What is this short is not looked at when it is read at once.
    for (const depth of [maxJsonDepth + 1, 10_000]) {
      const nested = `${'['.repeat(depth)}${' '.repeat(200)}${']'.repeat(depth)}`;
      assert.throws(() => parseJson(nested), /deeper/);
      assert.throws(() => finish(parseJsonInSteps(Buffer.from(nested), undefined, 10)), /deeper/);
    }
  });

  it('is read in pieces where it is long, however it is made', () => {
    const long = 'é"\\'.repeat(100_000);
    for (const value of [
      { run_id: 'r', metrics: Array.from({ length: 20_000 }, (_, i) => ({ key: `m${i % 7}`, value: i / 3, step: i })) },
      { [long]: [long], a: { b: { c: [long, { [long]: 1 }, 2] } } },
      Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`k${i}`, i])),
      long,
      Array.from({ length: 20 }, () => ({ schema: long.slice(0, 30_000), tags: [] })),
    ]) {
      const written = JSON.stringify(value);
      assertSame(written);
      let steps = 0;
      for (const reader = parseJsonInSteps(Buffer.from(written)); reader.next().done !== true; steps++);
      assert.ok(
        steps >= Math.floor(Buffer.byteLength(written) / 200_000),
        `${steps} steps of ${written.length} characters`,
      );
    }
  });

  it('leaves names out that nobody reads, of an object of thousands', () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `k${i}`);
    const written = `{${[...names, 'run_id', 'k3'].map((each, i) => `"${each}":${i}`).join(',')}}`;
    const found = finish(parseJsonInSteps(Buffer.from(written), (each) => each === 'run_id'));
    const kept = Object.fromEntries(names.slice(0, 1000).map((each, i) => [each, i]));
    assert.deepEqual(found, { ...kept, run_id: 30_000, k3: 30_001 });
  });

  it('has no number of more than a million digits, and blank space of any length', () => {
    assert.throws(() => finish(parseJsonInSteps(Buffer.from(`[${'1'.repeat(1_200_000)}]`))), SyntaxError);
    const blanks = ' \n'.repeat(700_000);
    assertSame(
      `${blanks}{${blanks}"a"${blanks}:${blanks}1${blanks},"b":[${blanks}]${blanks},"c":[{}${blanks},"d"${blanks}]}${blanks}`,
    );
    assertSame(`{"a":tru${blanks}e}`);
    assertSame(`[1${blanks}2]`);
  });

  it('has at most half a million values, and no more of them are read', () => {
    const most = 500_000;
    const read = (written: string) => finish(parseJsonInSteps(Buffer.from(written)));
    const numbers = (count: number) => `[${'0,'.repeat(count - 1)}0]`;
    assert.deepEqual(read(numbers(most)), Array(most).fill(0));
    for (const tooMany of [
      numbers(most + 1),
      `[${'[],'.repeat(most / 2)}[]]`,
      `{${Array.from({ length: most + 1 }, (_, i) => `"${i}":0`).join()}}`,
      // What follows is not looked at.
      `${numbers(most + 1).slice(0, -1)},[}`,
    ]) {
      assert.throws(() => read(tooMany), new SyntaxError('JSON has more than 500000 values'));
    }
    assert.deepEqual(read(JSON.stringify([','.repeat(2 * most), '[{'.repeat(most)])), [
      ','.repeat(2 * most),
      '[{'.repeat(most),
    ]);
  });
});
