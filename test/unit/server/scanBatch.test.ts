import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseJson } from '../../../src/core/json';
import { readBatch, readMetric } from '../../../src/server/api/logging';
import { scanBatch, scanMetric } from '../../../src/server/api/scanBatch';

const runId = '0123456789abcdef0123456789abcdef';

/** What log-batch takes from a body: read in one pass where that is possible, and the general way. */
function readBoth(
  body: string | Buffer,
  scan: typeof scanBatch = scanBatch,
  read: (input: unknown) => unknown = readBatch,
): { scanned: unknown; general: unknown } {
  const bytes = Buffer.from(body);
  const plain = scan(bytes);
  const scanned = plain === undefined ? undefined : taken(read, () => plain);
  return { scanned, general: taken(read, () => parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))) };
}

function taken(read: (input: unknown) => unknown, input: () => unknown): unknown {
  try {
    return read(input());
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

function bodyOf(metric: string): string {
  return `{"run_id": "${runId}", "metrics": [${metric}]}`;
}

/** Places one after the other, in steps. */
function turns(step: number): number[] {
  return Array.from({ length: 400 }, (_, i) => i * step);
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');
const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });
const odd = fc.oneof(digits(0, 20), fc.constantFrom('', '-', '+', '.', 'e', 'null', 'true', '""', '[]', '{}', 'NaN'));
const numeral = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), digits(1, 22)),
    fc.oneof(fc.constant(''), digits(1, 30)),
    fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) }),
    fc.constantFrom('e', 'E', 'e+', 'E+'),
  )
  .map(([sign, whole, part, exponent, letter]) => {
    const tail = exponent === '' ? '' : `${Number(exponent) < 0 ? letter.charAt(0) : letter}${exponent}`;
    return `${sign}${whole.replace(/^0+(?=\d)/, '')}${part === '' ? '' : `.${part}`}${tail}`;
  });
const plainValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? '-0.0' : String(value))),
  fc.double({ min: 0, max: 1, noNaN: true }).map(String),
  fc.constantFrom('"NaN"', '"Infinity"', '"-Infinity"', '0', '-0', '0.1', '1e-7', '5e-324', '1.7976931348623157e308'),
);
const plainTime = fc.nat({ max: 10 ** 15 - 1 }).map(String);
const plainStep = fc.integer({ min: 1 - 10 ** 15, max: 10 ** 15 - 1 }).map(String);
const plainKey = fc.constantFrom('"loss"', '"val/loss"', '"a b.c-d:e_f"', '"m0"', '"m1"', '"m2"');
const oddKey = fc.oneof(
  fc.string({ unit: 'binary' }).map((key) => JSON.stringify(key)),
  fc.constantFrom('""', '"../x"', '"/x"', '"a\\u0062"', '"é"', '"a\tb"', `"${'k'.repeat(251)}"`, '"x', '7'),
);

/** A JSON object with its fields in any order and white space anywhere. */
function objectOf(fields: fc.Arbitrary<[string, string][]>): fc.Arbitrary<string> {
  return fields
    .chain((all) => fc.tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.array(space, { minLength: 8 })))
    .map(([shuffled, spaces]) => {
      const at = (i: number): string => spaces[i % spaces.length] ?? '';
      const text = shuffled.map(([name, value], i) => `${at(i)}"${name}"${at(i + 1)}:${at(i + 2)}${value}${at(i + 3)}`);
      return `${at(4)}{${text.join(',')}}${at(5)}`;
    });
}

const plainMetric = objectOf(
  fc
    .tuple(plainKey, plainValue, plainTime, fc.option(plainStep))
    .map(([key, value, timestamp, step]) => [
      ['key', key],
      ['value', value],
      ['timestamp', timestamp],
      ...(step === null ? [] : [['step', step] satisfies [string, string]]),
    ]),
);
const name = fc.constantFrom('key', 'value', 'timestamp', 'step', 'model_id', 'KEY', 'k\\u0065y', 'dataset_name', 'x');
const oddMetric = objectOf(
  fc
    .tuple(
      fc.oneof(plainKey, oddKey),
      fc.oneof(numeral, odd),
      fc.oneof(plainTime, numeral, odd),
      fc.oneof(plainStep, numeral, odd),
      fc.array(fc.tuple(name, fc.oneof(numeral, plainKey, odd)), { maxLength: 2 }),
      fc.nat({ max: 3 }),
    )
    .map(([key, value, timestamp, step, more, missing]) => {
      const fields: [string, string][] = [
        ['key', key],
        ['value', value],
        ['timestamp', timestamp],
        ['step', step],
      ];
      return [...(more.length === 1 ? fields : fields.filter((_, i) => i !== missing)), ...more];
    }),
);

function batchOf(metrics: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return objectOf(
    metrics.map((each) => [
      ['run_id', `"${runId}"`],
      ['metrics', `[${each.join(',')}]`],
    ]),
  );
}

/** Params and tags: keys that differ, values as they mostly are. */
const plainPairs = fc
  .uniqueArray(fc.tuple(plainKey, fc.oneof(plainKey, fc.constantFrom('""', '"a value that is longer"', '"0.001"'))), {
    selector: ([key]) => key,
    minLength: 1,
  })
  .chain((all) => fc.tuple(...all.map(([key, value]) => pairOf(fc.constant(key), fc.constant(value)))));
const oddPairs = fc.array(
  fc.oneof(
    pairOf(plainKey, plainKey),
    pairOf(fc.oneof(plainKey, oddKey), fc.oneof(oddKey, odd)),
    objectOf(fc.array(fc.tuple(name, fc.oneof(plainKey, odd)), { maxLength: 3 })),
  ),
  { maxLength: 4 },
);

function pairOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return objectOf(
    fc.tuple(key, value).map(([k, v]) => [
      ['key', k],
      ['value', v],
    ]),
  );
}

/** A body of log-batch with any of its lists. */
function mixedOf(metrics: fc.Arbitrary<string[]>, pairs: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  const lists = fc.tuple(metrics, pairs, pairs, fc.subarray(['metrics', 'params', 'tags'], { minLength: 1 }));
  return objectOf(
    lists.map(([first, params, tags, names]) => [
      ['run_id', `"${runId}"`],
      ...Object.entries({ metrics: first, params, tags })
        .filter(([each]) => names.includes(each))
        .map(([each, items]): [string, string] => [each, `[${items.join(',')}]`]),
    ]),
  );
}

const namesOfRun = fc.subarray(['run_id', 'run_uuid']);
const plainRun = fc.constantFrom(`"${runId}"`, '"other"');
const oddRun = fc.oneof(plainRun, odd, fc.constantFrom('"x y"', '"\\u0061"'));

/** A body of log-metric: the fields of a metric, and any of the two that name the run. */
function singleOf(metric: fc.Arbitrary<string>, run: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(metric, namesOfRun, fc.array(run, { minLength: 2, maxLength: 2 })).map(([fields, names, runs]) => {
    const more = names.map((each, i) => `,"${each}": ${runs[i]}`);
    return fields.replace(/\}(\s*)$/, (_, end: string) => `${more.join('')}}${end}`);
  });
}

describe('log-metric bodies that are read in one pass', () => {
  it('are read as the general way reads them', () => {
    fc.assert(
      fc.property(singleOf(plainMetric, plainRun), (body) => {
        const { scanned, general } = readBoth(body, scanMetric, readMetric);
        assert.equal(scanned === undefined, !/run_(id|uuid)/.test(body));
        assert.deepEqual(scanned ?? general, general);
      }),
    );
  });

  it('are left to the general way, or read as it does, whatever they are', () => {
    fc.assert(
      fc.property(singleOf(oddMetric, oddRun), (body) => {
        const { scanned, general } = readBoth(body, scanMetric, readMetric);
        assert.deepEqual(scanned ?? general, general);
      }),
      { numRuns: 1000 },
    );
  });

  it('name the run as MLflow’s clients do', () => {
    const body = `{"run_uuid": "a", "key": "loss", "value": 0.5, "timestamp": 17, "step": 3, "run_id": "b"}`;
    const { scanned, general } = readBoth(body, scanMetric, readMetric);
    const metrics = [{ key: 'loss', value: 0.5, timestamp: 17, step: 3 }];
    assert.deepEqual(scanned, { runId: 'b', batch: { metrics, params: [], tags: [] }, modelMetrics: [] });
    assert.deepEqual(general, scanned);
    for (const empty of ['"run_id": ""', '"run_uuid": "a", "run_id": ""', '"run_uuid": ""']) {
      assert.equal(scanMetric(Buffer.from(`{"key": "k", "value": 1, "timestamp": 1, ${empty}}`)), undefined);
    }
  });
});

describe('log-batch bodies that are read in one pass', () => {
  it('are read as the general way reads them', () => {
    fc.assert(
      fc.property(batchOf(fc.array(plainMetric, { minLength: 1, maxLength: 6 })), (body) => {
        const { scanned, general } = readBoth(body);
        assert.notEqual(scanned, undefined);
        assert.deepEqual(scanned, general);
      }),
    );
  });

  it('have whichever keys in whatever order, also many, and some that others begin with', () => {
    const some = fc.uniqueArray(
      fc.constantFrom('k', 'k1', 'k11', 'l', 'a long one', 'a long one too', 'a long one again'),
      {
        minLength: 1,
      },
    );
    const places = fc.oneof(fc.array(fc.nat(), { minLength: 1, maxLength: 300 }), fc.nat(2).map(turns));
    fc.assert(
      fc.property(some, fc.nat(150), places, (texts, others, order) => {
        const keys = [...texts, ...Array.from({ length: others }, (_, i) => `k1${i}`)];
        const metrics = order.map((place) => `{"key": "${keys[place % keys.length]}", "value": 1, "timestamp": 2}`);
        const { scanned, general } = readBoth(bodyOf(metrics.join()));
        assert.notEqual(scanned, undefined);
        assert.deepEqual(scanned, general);
      }),
    );
  });

  it('have params and tags, too', () => {
    const metrics = fc.array(plainMetric, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(mixedOf(metrics, plainPairs), (body) => {
        const { scanned, general } = readBoth(body);
        assert.notEqual(scanned, undefined);
        assert.deepEqual(scanned, general);
      }),
    );
    fc.assert(
      fc.property(mixedOf(fc.oneof(metrics, fc.array(oddMetric)), oddPairs), (body) => {
        const { scanned, general } = readBoth(body);
        assert.deepEqual(scanned ?? general, general);
      }),
      { numRuns: 1000 },
    );
  });

  it('are read the general way where their params or tags are too many, too long or there twice', () => {
    const list = (name: string, pairs: readonly [string, string][]): string =>
      `"${name}": ${JSON.stringify(pairs.map(([key, value]) => ({ key, value })))}`;
    const many = (count: number) => Array.from({ length: count }, (_, i): [string, string] => [`k${i}`, 'v']);
    const scans = (...lists: string[]): boolean => {
      const { scanned, general } = readBoth(`{"run_id": "${runId}", ${lists.join(', ')}}`);
      assert.deepEqual(scanned ?? general, general);
      return scanned !== undefined;
    };
    for (const [name, longest] of [
      ['params', 6000],
      ['tags', 8000],
    ] as const) {
      assert.equal(scans(list(name, many(100))), true);
      assert.equal(scans(list(name, many(101))), false);
      assert.equal(scans(list(name, [['k', 'v'.repeat(longest)]])), true);
      assert.equal(scans(list(name, [['k', 'v'.repeat(longest + 1)]])), false);
      assert.equal(
        scans(
          list(name, [
            ['k', 'v'],
            ['k', 'v'],
          ]),
        ),
        false,
      );
      assert.equal(
        scans(
          list(name, [
            ['k', 'v'],
            ['k', 'w'],
          ]),
        ),
        false,
      );
      assert.equal(scans(list(name, [['../k', 'v']])), false);
      assert.equal(scans(list(name, [])), false);
    }
    const metrics = (count: number) =>
      `"metrics": ${JSON.stringify(Array.from({ length: count }, (_, i) => ({ key: `m${i}`, value: i, timestamp: 1 })))}`;
    assert.equal(scans(metrics(800), list('params', many(100)), list('tags', many(100))), true);
    assert.equal(scans(metrics(801), list('params', many(100)), list('tags', many(100))), false);
  });

  it('are read so in whatever order and with whatever space their metrics have their fields', () => {
    const forms = [
      (i: number) => `{"key":"m${i % 2}","value":${i}.5,"timestamp":${i},"step":${-i}}`,
      (i: number) => `{"key": "m${i}", "value": "NaN", "timestamp": ${i}, "step": ${i}}`,
      (i: number) => `{"key": "m", "value": ${i}, "timestamp": 1}`,
      (i: number) => `{"step": 5, "timestamp": ${i}, "key": "m", "value": 1e-${i}}`,
      (i: number) => `{ "value" : ${i} , "key" : "m" , "timestamp" :  7 , "step": 1 }`,
    ];
    const all = [...forms, ...forms].flatMap((form) => [0, 1, 2, 3].map(form));
    for (const body of [...forms.map((form) => [0, 1, 2, 3].map(form)), all].map((each) => bodyOf(each.join(', ')))) {
      const { scanned, general } = readBoth(body);
      assert.notEqual(scanned, undefined, body);
      assert.deepEqual(scanned, general);
    }
  });

  it('are read the general way where one of many is odd', () => {
    const good = '{"key": "m", "value": 1, "timestamp": 1, "step": 1}';
    for (const odd of [
      '{"key": "m", "value": 1, "timestamp": 1, "step": 1, "x": 1}',
      '{"key": "m", "value": 1, "timestamp": -1, "step": 1}',
      '{"key": "m", "value": 1, "timestamp": 1, "step": 1.0}',
      '{"key": "m", "value": 1, "timestamp": 1, "step": ""}',
      '{"key": "m", "value": 1, "timestamp": 1, "step"; 1}',
      '{"key": "m", "value": 1, "timestamp": 1, "stop": 1}',
      '{"key": "m", "value": 1, "timestamp": 1, "step": 1]',
      '{"key": "", "value": 1, "timestamp": 1, "step": 1}',
      '{"key": "m", "value": , "timestamp": 1, "step": 1}',
    ]) {
      assert.equal(scanBatch(Buffer.from(bodyOf([good, good, odd, good].join(', ')))), undefined, odd);
    }
  });

  it('are left to the general way where they are unusual, or read as it reads them', () => {
    const metrics = fc.array(fc.oneof(plainMetric, oddMetric, oddMetric), { maxLength: 4 });
    fc.assert(
      fc.property(batchOf(metrics), (body) => {
        const { scanned, general } = readBoth(body);
        if (scanned !== undefined) {
          assert.deepEqual(scanned, general);
        }
      }),
    );
  });

  it('are left to the general way, or read as it reads them, when any of their bytes is another', () => {
    const change = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.nat({ max: 2 }),
      fc.oneof(
        fc.constantFrom(...'"\\{}[],:-+.eE09 \n\0').map((each) => each.charCodeAt(0)),
        fc.nat({ max: 255 }),
      ),
    );
    fc.assert(
      fc.property(batchOf(fc.array(plainMetric, { minLength: 1, maxLength: 2 })), change, (body, [part, cut, byte]) => {
        const bytes = Buffer.from(body);
        const at = Math.floor(part * bytes.length);
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          ...(cut === 2 ? [] : [Buffer.from([byte])]),
          bytes.subarray(at + (cut === 0 ? 0 : 1)),
        ]);
        const { scanned, general } = readBoth(changed);
        if (scanned !== undefined) {
          assert.deepEqual(scanned, general);
        }
      }),
    );
  });

  it('have any double that JSON can spell, to its last bit', () => {
    fc.assert(
      fc.property(numeral, (value) => {
        const scanned = scanBatch(Buffer.from(bodyOf(`{"key": "k", "value": ${value}, "timestamp": 1}`)));
        const expected = Number(value);
        assert.deepEqual(scanned?.metrics[0]?.value, Number.isFinite(expected) ? expected : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it('have those doubles too that lie next to the middle of two others, to their last bit', () => {
    const odd = fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }).map((each) => 2n * each + 1n);
    const middle = fc.tuple(
      odd,
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 15, max: 22 }),
      fc.constantFrom(-1n, 0n, 1n),
    );
    fc.assert(
      fc.property(middle, ([bits, halvings, length, by]) => {
        const all = String((bits * 10n ** BigInt(halvings)) / 2n ** BigInt(halvings));
        const digits = String(BigInt(all.slice(0, length)) + by);
        const decimals = halvings - (all.length - digits.length);
        fc.pre(decimals >= 0);
        const value = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
        const scanned = scanBatch(Buffer.from(bodyOf(`{"key": "k", "value": ${value}, "timestamp": 1}`)));
        assert.deepEqual(scanned?.metrics[0]?.value, Number(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('have at most a thousand metrics, known fields only, each once, and nothing behind them', () => {
    const metric = '{"key": "k", "value": 1, "timestamp": 2, "step": 3}';
    const isScanned = (body: string): boolean => scanBatch(Buffer.from(body)) !== undefined;
    assert.ok(isScanned(bodyOf(metric)));
    const { scanned, general } = readBoth(bodyOf(metric.replace('"step": 3', '"step": -0')));
    assert.deepEqual(scanned, general);
    assert.ok(isScanned(bodyOf(Array(1000).fill(metric).join())));
    assert.ok(!isScanned(bodyOf(Array(1001).fill(metric).join())));
    for (const body of [
      bodyOf(''),
      `${bodyOf(metric)}x`,
      bodyOf(metric).slice(0, -1),
      bodyOf(metric).replace('"run_id"', '"run_uuid"'),
      bodyOf(metric).replace('"metrics"', '"params": [], "metrics"'),
      bodyOf(metric).replace('"metrics"', `"run_id": "${runId}", "metrics"`),
      bodyOf(metric).replace('"step": 3', '"step": 3, "model_id": "m"'),
      bodyOf(metric).replace('"step": 3', '"step": 3, "step": 3'),
      bodyOf(metric).replace('"timestamp": 2', '"timestamp": -2'),
      bodyOf(metric).replace('"timestamp": 2', '"timestamp": 02'),
      bodyOf(metric).replace('"key": "k"', '"key": "k", "key": "k"'),
      bodyOf(metric).replace('"key": "k"', '"key": "ê"'),
      bodyOf(metric).replace('"key": "k"', '"key": "../k"'),
      bodyOf(metric).replace('"key": "k"', '"key": "a\\nb"'),
      `\ufeff${bodyOf(metric)}`,
      '',
    ]) {
      assert.ok(!isScanned(body), body.slice(0, 200));
    }
  });
});
