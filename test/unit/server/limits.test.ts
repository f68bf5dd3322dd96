import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ApiError } from '../../../src/core/errors';
import {
  checkArtifactLocation,
  checkBatch,
  checkExperimentId,
  checkExperimentName,
  checkExperimentTag,
  checkKey,
  checkMetric,
  checkParam,
  checkRunId,
  checkRunIdForm,
  checkRunTag,
  invalidValue,
  isDots,
} from '../../../src/core/limits';

function refuses(act: () => unknown, message?: RegExp): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'INVALID_PARAMETER_VALUE');
    assert.match(error.message, message ?? /./);
    return true;
  });
}

describe('core/limits', () => {
  it('takes keys that MLflow takes', () => {
    for (const key of [
      'a',
      'a/b',
      'val loss',
      'lr.0-1_x',
      'system/cpu:0',
      'ключ',
      '数',
      'a..b',
      'a/...',
      'k'.repeat(250),
    ]) {
      assert.equal(checkKey(key), key);
    }
  });

  it('refuses keys that would do harm as paths, and others that MLflow refuses', () => {
    for (const key of [
      '..',
      '../x',
      '/a',
      'a//b',
      'a/../b',
      './a',
      '.',
      'a/',
      '..x',
      'a\\b',
      'a\n',
      'a\0',
      '<b>',
      '\u202e',
    ]) {
      refuses(() => checkKey(key), /Invalid value/);
    }
    refuses(() => checkKey(''), /Missing value for required parameter 'key'/);
    refuses(() => checkKey('k'.repeat(251)), /maximum length of 250/);
  });

  it('accepts only normal relative paths as keys', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a./ ]{1,12}$/), (key) => {
        let accepted = true;
        try {
          checkKey(key);
        } catch {
          accepted = false;
        }
        const segments = key.split('/');
        const plain = segments.every((each) => each !== '' && each !== '.' && each !== '..') && !key.startsWith('..');
        assert.equal(accepted, plain, key);
      }),
    );
  });

  it('checks ids', () => {
    assert.equal(checkRunId('a-b_C9'), 'a-b_C9');
    assert.equal(checkRunIdForm('a-b_C9'), 'a-b_C9');
    for (const id of ['', '-a', 'a/b', '.', '..', "a'b", 'a b', 'a'.repeat(257), 'ä']) {
      refuses(() => checkRunIdForm(id), /^Invalid value ".*" for parameter 'run_id' supplied\.$/);
      assert.throws(() => checkRunId(id), { code: 'RESOURCE_DOES_NOT_EXIST', message: /^Run with id=.* not found$/ });
    }
    assert.equal(checkExperimentId('12'), '12');
    assert.equal(checkExperimentId('-12'), '-12');
    refuses(() => checkExperimentId('x'), /Experiment ID must be a valid integer/);
    refuses(() => checkExperimentId('../1'), /Invalid experiment ID/);
  });

  it('counts code points, as Python does', () => {
    assert.equal(checkExperimentName('😀'.repeat(500)).length, 1000);
    refuses(() => checkExperimentName('😀'.repeat(501)));
    refuses(() => checkExperimentName(' '));
    assert.equal(checkParam({ key: 'k', value: '😀'.repeat(6001) }).value, '😀'.repeat(6000));
    assert.equal(checkRunTag({ key: 'k', value: 'x'.repeat(8001) }).value.length, 8000);
    refuses(() => checkExperimentTag({ key: 'k', value: 'x'.repeat(20_001) }));
  });

  it('refuses negative timestamps, not negative steps', () => {
    assert.ok(checkMetric({ key: 'm', value: NaN, timestamp: 0, step: -(2n ** 63n) }));
    refuses(() => checkMetric({ key: 'm', value: 1, timestamp: -1, step: 0 }), /Got invalid timestamp -1/);
  });

  it('shows the beginning of a value, as JSON', () => {
    const shown = (value: unknown): string =>
      invalidValue('x', value).message.replace(/^Invalid value (.*) for .*$/, '$1');
    const long = {
      run_id: 'é"'.repeat(300),
      list: Array.from({ length: 1000 }, (_, i) => ({ i, empty: [], none: null })),
    };
    for (const value of [null, true, -1.5, '', 'a"\n', [], {}, [1, [2, { a: 'b"' }]], { 'a"': [null] }]) {
      assert.equal(shown(value), JSON.stringify(value));
    }
    for (const value of [
      long,
      long.run_id,
      long.list,
      [long],
      { ...long.list },
      '😀'.repeat(251),
      `a${'😀'.repeat(251)}`,
    ]) {
      assert.equal(shown(value), `${JSON.stringify(value).slice(0, 500)}…`);
    }
    assert.equal(shown('x'.repeat(498)), `"${'x'.repeat(498)}"`);
    assert.equal(shown({ step: [2n ** 64n] }), '{"step":[18446744073709551616]}');
  });

  it('holds batches to their sizes and names the entry that is wrong', () => {
    const metric = { key: 'm', value: 1, timestamp: 1, step: 0 };
    const empty = { metrics: [], params: [], tags: [] };
    const pairs = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '' }));
    assert.ok(checkBatch({ ...empty, metrics: Array.from({ length: 1000 }, () => metric) }));
    refuses(
      () => checkBatch({ ...empty, metrics: Array.from({ length: 1001 }, () => metric) }),
      /at most 1000 metrics/,
    );
    refuses(() => checkBatch({ ...empty, params: pairs(101) }), /at most 100 params/);
    refuses(() => checkBatch({ ...empty, tags: pairs(101) }), /at most 100 tags/);
    refuses(
      () => checkBatch({ metrics: Array.from({ length: 950 }, () => metric), params: pairs(51), tags: [] }),
      /at most 1000 metrics, params, and tags/,
    );
    refuses(() => checkBatch({ ...empty, tags: [{ key: '..', value: '' }] }), /'tags\[0\]\.key'/);
    const twice = (value: string) =>
      checkBatch({
        ...empty,
        params: [
          { key: 'a', value: '1' },
          { key: 'a', value },
        ],
      });
    assert.ok(twice('1'));
    refuses(() => twice('2'), /different values: 'a'/);
  });

  it('takes artifact locations as they occur', () => {
    for (const location of [
      's3://bucket/a',
      'mlflow-artifacts:/7',
      'file:///srv/mlruns',
      '/srv/mlruns',
      'mlruns/x',
      'dbfs:/a',
    ]) {
      assert.equal(checkArtifactLocation(location), location);
    }
  });

  it('refuses locations that climb or hide a part', () => {
    const bad = [
      '../x', 'a/../../x', 's3://b/%2e%2e/x', 's3://b/%252e%252e%252fx', '..\\x', 'C:\\x', 'C:x', 'file:///C:/x', 'file://host/x',
      'file://./etc', 'http:///#/../../etc/', 's3://b/a#x', 's3://b/a%23x', 'dbfs:/a?/../x', 'x;/../y', 'runs:/1/a', 'a\0b', '\\\\host\\s',
      's3://b/．．/x', `s3://${'x'.repeat(2048)}`, 's3://b?p=../x',
    ]; // prettier-ignore
    for (const location of bad) {
      refuses(() => checkArtifactLocation(location));
    }
  });

  it('knows look-alikes of two dots', () => {
    for (const text of ['..', '‥', '．．', '．./x']) {
      assert.ok(isDots(text), text);
    }
    for (const text of ['.', '...', '…', 'a..', 'x']) {
      assert.ok(!isDots(text), text);
    }
  });
});
