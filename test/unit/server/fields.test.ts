import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ApiError } from '../../../src/core/errors';
import { finish } from '../../../src/core/steps';
import {
  choice,
  decode,
  decodeInSteps,
  double,
  integer,
  list,
  message,
  requiredList,
  text,
  texts,
} from '../../../src/server/api/fields';

const shape = { key: text.required, value: double.required, step: integer.optional, run_id: text.optional };
const point = message(shape);
const mixed = message({ ...shape, more: texts });
const batch = message({ run_id: text.required, metrics: list(point), names: texts, view: choice(['A', 'B']).optional });

/** What is answered, or the error's message. */
function outcome(read: () => unknown): unknown {
  try {
    return { found: read() };
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, 'INVALID_PARAMETER_VALUE');
    return error.message;
  }
}

describe('Fields of requests', () => {
  it('are read by all spellings, those without a value passed over', () => {
    assert.deepEqual(decode(point, { key: 'a', value: '1.5', step: '3', runUuid: 'r', more: 1 }), {
      key: 'a',
      value: 1.5,
      step: 3,
      run_id: 'r',
    });
    const found = decode(point, { key: 'a', value: 1, step: null, run_id: '', runId: 'x' });
    assert.deepEqual(found, { key: 'a', value: 1, step: undefined, run_id: 'x' });
  });

  it('are named where they do not fit, however deep', () => {
    const good = { key: 'a', value: 1 };
    for (const [input, message] of [
      [{ metrics: [] }, /^Missing value for required parameter 'run_id'/],
      [{ run_id: 'r', metrics: [good, { value: 1 }] }, /^Missing value for required parameter 'metrics\[1\]\.key'/],
      [
        { run_id: 'r', metrics: [good, good, { key: 'a', value: 'x' }] },
        /^Invalid value "x" for parameter 'metrics\[2\]\.value'/,
      ],
      [
        { run_id: 'r', metrics: [{ ...good, step: 1.5 }] },
        /^Invalid value 1\.5 for parameter 'metrics\[0\]\.step'.*'float'/,
      ],
      [{ run_id: 'r', metrics: [{ ...good, key: '' }] }, /^Missing value for required parameter 'metrics\[0\]\.key'/],
      [{ run_id: 'r', metrics: [7] }, /^Invalid value 7 for parameter 'metrics\[0\]'.*'int'/],
      [{ run_id: 'r', metrics: 'x' }, /^Invalid value "x" for parameter 'metrics'/],
      [{ run_id: 'r', view: 'C' }, /^Invalid value "C" for parameter 'view'/],
      [[], /^Invalid value \[\] for parameter 'request'.*'list'/],
    ] as const) {
      assert.match(String(outcome(() => decode(batch, input))), message, JSON.stringify(input));
    }
  });

  it('of a message alone and of one in a list are the same', () => {
    const value = fc.oneof(
      fc.constantFrom(undefined, null, '', 'NaN', '1e3', '2^3', -0, 1.5, 2 ** 53, 10n ** 30n, true, [], {}, 'a\0'),
      fc.string(),
      fc.double(),
    );
    const input = fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('key', 'value', 'step', 'run_id', 'runId', '__proto__'), value),
    );
    fc.assert(
      fc.property(input, (each) => {
        const alone = outcome(() => decode(point, each));
        const inList = outcome(() => decode(message({ items: list(point) }), { items: [each] }).items[0]);
        const expected = typeof alone === 'string' ? alone.replace(/'request'/, "'items[0]'") : alone;
        const named = typeof inList === 'string' ? inList.replace("'items[0].", "'") : inList;
        assert.deepEqual(named, expected);
        // With a field that is not plain, zod reads them all.
        const byZod = outcome(() => {
          const { more, ...rest } = decode(mixed, each);
          assert.deepEqual(more, []);
          return rest;
        });
        assert.deepEqual(byZod, alone);
      }),
      { numRuns: 500 },
    );
  });

  it('are read in steps as at once, whatever is wrong', () => {
    const entry = message({ name: text.required, tags: list(point), views: list(choice(['A', 'B']).required) });
    const nested = message({ run_id: text.required, entries: list(entry), one: entry, names: list(text.required) });
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('a', 'A', 1, '2') },
      { weight: 1, arbitrary: fc.constantFrom(undefined, null, '', 1.5, 10n ** 30n, true, [], {}, 'a\0') },
    );
    const fit = fc.record({ key: fc.string({ minLength: 1 }), value: fc.nat() });
    const points = fc.oneof(fc.array(fc.oneof({ weight: 20, arbitrary: fit }, value), { maxLength: 3 }), value);
    const entries = fc.record({
      name: value,
      tags: points,
      views: fc.oneof(fc.array(fc.constantFrom('A', 1, 3)), value),
    });
    const input = fc.oneof(
      fc.record({
        runId: value,
        entries: fc.oneof(fc.array(fc.oneof(entries, value), { maxLength: 4 }), value),
        one: fc.oneof(entries, value),
        names: fc.oneof(fc.array(value, { maxLength: 3 }), value),
      }),
      value,
    );
    fc.assert(
      fc.property(input, (each) => {
        assert.deepEqual(
          outcome(() => finish(decodeInSteps(nested, each))),
          outcome(() => decode(nested, each)),
        );
        assert.deepEqual(
          outcome(() => finish(decodeInSteps(batch, each))),
          outcome(() => decode(batch, each)),
        );
        assert.deepEqual(
          outcome(() => finish(decodeInSteps(point, each))),
          outcome(() => decode(point, each)),
        );
      }),
    );
  });

  it('give others their turn in long lists, up to the one that is wrong', () => {
    const metrics: object[] = Array.from({ length: 5000 }, (_, i) => ({ key: 'm', value: i }));
    metrics.push({ key: 'm' });
    const plainBatch = message({ run_id: text.required, metrics: list(point) });
    const steps = decodeInSteps(plainBatch, { run_id: 'r', metrics });
    for (let i = 0; i < 50; i++) {
      assert.equal(steps.next().done, false);
    }
    assert.throws(() => steps.next(), /'metrics\[5000\]\.value'/);
  });

  it('refuse lists that are too long before they read any of their items', () => {
    const few = message({ run_id: text.required, names: list(text.required, 3), points: list(point, 3) });
    const unread = (length: number) =>
      Array.from({ length }, () => ({
        get key() {
          return assert.fail('was read');
        },
      }));
    const tooLong = /^A list in a request can have at most 3 items\. Got 4 items\.$/;
    for (const input of [
      { run_id: 'r', points: unread(4) },
      { run_id: 'r', names: Array(4).fill('a') },
    ]) {
      assert.throws(() => decode(few, input), { code: 'INVALID_PARAMETER_VALUE', message: tooLong });
      assert.throws(() => finish(decodeInSteps(few, input)), { message: tooLong });
    }
    assert.equal(decode(few, { run_id: 'r', points: Array(3).fill({ key: 'a', value: 1 }) }).points.length, 3);
    const models = message({ models: requiredList(point, 3) });
    assert.throws(() => decode(models, { models: unread(4) }), { message: tooLong });
    const many = message({ points: list(point) });
    assert.throws(() => decode(many, { points: unread(10_001) }), /at most 10000 items\. Got 10001/);
  });
});
