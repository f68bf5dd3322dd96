import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPlainLocation, isProxied, isWithin, parseModelPath, splitUri } from '../../../src/core/modelUris';
import {
  checkArchives,
  checkModelAlias,
  checkModelName,
  checkModelStage,
  checkModelTag,
  checkModelVersion,
  checkNewModelAlias,
  isPrompt,
} from '../../../src/core/registry';

const invalid = (message: RegExp) => ({ code: 'INVALID_PARAMETER_VALUE', message });

describe('registry: rules for names and values', () => {
  it('takes names that can be a path’s part', () => {
    for (const name of ['m', 'my model', 'ü🙂', 'a.b', '.a', 'a..', '%2e%2e']) {
      assert.equal(checkModelName(name), name);
    }
    for (const name of ['a/b', 'a:b', '/', ':']) {
      assert.throws(() => checkModelName(name), invalid(/Names cannot contain '\/' or ':'\./));
    }
    for (const name of ['.', '..', '..a']) {
      assert.throws(() => checkModelName(name), invalid(/Invalid value ".*" for parameter 'name'/));
    }
    for (const name of ['', ' ', '\t']) {
      assert.throws(() => checkModelName(name, 'new_name'), invalid(/Missing value for required parameter 'new_name'/));
    }
  });

  it('reads versions as Python’s int does', () => {
    assert.deepEqual(['1', ' 2 ', '+3', '007', '-1'].map(checkModelVersion), [1, 2, 3, 7, -1]);
    assert.equal(checkModelVersion('99999999999999999999'), -1);
    for (const version of ['', 'x', '1.0', '1e3', '0x1', 'NaN']) {
      assert.throws(() => checkModelVersion(version), invalid(/Parameter 'version' must be an integer, got/));
    }
  });

  it('keeps reserved aliases back, but lets them be asked for', () => {
    for (const alias of ['champion', 'v1x', 'é', 'a-b_c', '1']) {
      assert.equal(checkNewModelAlias(alias), alias);
    }
    for (const alias of ['latest', 'LATEST', 'v1', 'V12']) {
      assert.throws(() => checkNewModelAlias(alias), invalid(/reserved/));
      assert.equal(checkModelAlias(alias), alias);
    }
    assert.throws(() => checkModelAlias('a b'), invalid(/Invalid alias name: 'a b'/));
    assert.throws(() => checkModelAlias('a'.repeat(256)), invalid(/exceeds the maximum length of 255/));
  });

  it('knows stages in any case, and which of them archive', () => {
    assert.equal(checkModelStage('PRODUCTION'), 'Production');
    assert.throws(
      () => checkModelStage('Deleted_Internal'),
      invalid(/must be one of None, Staging, Production, Archived/),
    );
    checkArchives('Staging', 'staging');
    assert.throws(() => checkArchives('None', 'none'), invalid(/because 'none' is not an Active stage/));
  });

  it('limits tags', () => {
    const tag = { key: 'k', value: 'v'.repeat(100_000) };
    assert.equal(checkModelTag(tag), tag);
    assert.throws(() => checkModelTag({ key: 'k', value: `${tag.value}v` }), invalid(/maximum length of 100000/));
    assert.throws(() => checkModelTag({ key: 'k'.repeat(251), value: '' }), invalid(/maximum length of 250/));
    assert.throws(() => checkModelTag({ key: '../k', value: '' }), invalid(/file paths/));
  });

  it('knows a prompt by the last of its tags', () => {
    const tag = (value: string) => ({ key: 'mlflow.prompt.is_prompt', value });
    assert.equal(isPrompt([]), false);
    assert.equal(isPrompt([tag('false'), tag('True')]), true);
    assert.equal(isPrompt([tag('true'), tag('false')]), false);
  });
});

describe('registry: URIs', () => {
  it('reads what a models: URI names', () => {
    assert.deepEqual(parseModelPath('/m-1'), { kind: 'loggedModel', id: 'm-1' });
    assert.deepEqual(parseModelPath('/my model/3'), { kind: 'version', name: 'my model', version: 3 });
    assert.deepEqual(parseModelPath('/m/Latest'), { kind: 'latest', name: 'm' });
    assert.deepEqual(parseModelPath('/m/production'), { kind: 'stage', name: 'm', stage: 'production' });
    assert.deepEqual(parseModelPath('/a@b@c'), { kind: 'alias', name: 'a@b', alias: 'c' });
    for (const wrong of ['', '/', 'm/1', '/m/1/2', '/m/', '/m/ ', '/m@', '/ /1']) {
      assert.equal(parseModelPath(wrong), undefined, wrong);
    }
  });

  it('lets no location climb, however it is written', () => {
    for (const plain of [
      's3://A/b',
      's3://A//b//c/',
      'dbfs:/a',
      'gs://a/b?x=../y',
      's3://a/b c',
      'runs:/1/m',
      's3://a/..b',
    ]) {
      assert.equal(isPlainLocation(plain), true, plain);
    }
    const climbing = [
      's3://A',
      's3://A/',
      's3:a',
      'mlflow-artifacts:',
      'mlflow-artifacts:/',
      's3://A/./b',
      's3://A/b/..',
    ];
    const hidden = [
      's3://A/%2e%2e/b',
      's3://A/%252e%252e/b',
      's3://A/b%00',
      's3://A/b\\..\\c',
      's3://A/b?x=/../y',
      's3://A/%2e%2e/%zz',
      's3://A/%ff/%2e%2e',
      's3://A/%2e%2e%2f%ff',
    ];
    for (const wrong of [...climbing, ...hidden]) {
      assert.equal(isPlainLocation(wrong), false, wrong);
    }
    const part = fc.constantFrom('a', '..', '.', '%2e%2e', '%252E.', 'b%2f..', '...');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const decoded = parts.join('/').replace(/%25/g, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').split('/');
        assert.equal(
          isPlainLocation(`s3://bucket/${parts.join('/')}`),
          !decoded.includes('..') && !decoded.includes('.'),
        );
      }),
    );
  });

  it('knows what lies within a root', () => {
    const root = 'mlflow-artifacts:/0/run/artifacts';
    for (const inside of [root, `${root}/`, `${root}/model`, 'mlflow-artifacts:/0//run/%61rtifacts/m']) {
      assert.equal(isWithin(inside, root), true, inside);
    }
    const elsewhere = [
      `${root}x`,
      'mlflow-artifacts:/0/run',
      's3:/0/run/artifacts/m',
      'mlflow-artifacts://host/0/run/artifacts/m',
    ];
    for (const outside of elsewhere) {
      assert.equal(isWithin(outside, root), false, outside);
    }
    assert.equal(isWithin('s3://bucket/a', 's3://bucket'), false, 'a root without a path holds nothing');
  });

  it('knows what an artifact proxy serves', () => {
    assert.equal(isProxied('mlflow-artifacts:/0/x'), true);
    assert.equal(isProxied('HTTPS://host/p/api/2.0/mlflow-artifacts/artifacts/0'), true);
    assert.equal(isProxied('https://host/api/2.0/mlflow%2Dartifacts/artifacts/0'), true);
    assert.equal(isProxied('s3://host/api/2.0/mlflow-artifacts/artifacts/0'), false);
    assert.equal(isProxied('https://host/artifacts'), false);
    assert.deepEqual(splitUri('S3://Bucket/a/b?c#d'), { scheme: 's3', authority: 'Bucket', path: '/a/b' });
    assert.deepEqual(splitUri('/a:b'), { scheme: '', authority: '', path: '/a:b' });
  });
});
