import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import type { Run } from '../../../src/core/model';
import { codeOf, paramsText, scriptPlaces } from '../../../src/host/code/runCode';
import { fromNotePath, toNotePath, type NoteSubject } from '../../../src/host/notes/noteUri';
import { parsePrimaryMetric } from '../../../src/host/platform/experimentMarks';

const withTags = (tags: Record<string, string>): Run => ({
  info: {
    id: 'r',
    experimentId: '1',
    name: 'r',
    userId: '',
    status: 'FINISHED',
    startTime: 0,
    endTime: 0,
    stage: 'active',
    artifactUri: '',
  },
  metrics: [],
  params: [],
  tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
});

describe('the code of a run', () => {
  it('is what the client wrote down, where that makes sense', () => {
    const commit = 'a'.repeat(40);
    assert.deepEqual(codeOf(withTags({ 'mlflow.source.git.commit': commit, 'mlflow.source.name': 'src/train.py' })), {
      commit,
      script: 'src/train.py',
    });
    for (const tags of [
      {},
      { 'mlflow.source.git.commit': '--output=x', 'mlflow.source.name': 'ipykernel_launcher' },
      { 'mlflow.source.git.commit': '', 'mlflow.source.name': '' },
    ]) {
      assert.deepEqual(codeOf(withTags(tags)), { commit: undefined, script: undefined });
    }
  });

  it('is looked for where scripts are started, and never outside of the repository', () => {
    const root = path.resolve('/w/repo');
    const file = (...parts: string[]): string => path.resolve('/w/repo', ...parts);
    assert.deepEqual(scriptPlaces('train.py', root, [file('sub')]), [file('sub', 'train.py'), file('train.py')]);
    assert.deepEqual(scriptPlaces(file('a.py'), root, []), [file('a.py')]);
    assert.deepEqual(scriptPlaces('../../etc/x.py', root, [root]), []);
    assert.deepEqual(scriptPlaces(path.resolve('/etc/x.py'), root, []), []);
  });

  it('has parameters that compare line by line', () => {
    const params = [
      { key: 'b', value: 'x\ny' },
      { key: 'a', value: '1' },
    ];
    assert.equal(paramsText({ params }), 'a = 1\nb = x\n    y\n');
  });
});

describe('notes', () => {
  it('have addresses that say whose they are', () => {
    const id = fc.string({ minLength: 1, unit: 'grapheme' });
    const subject: fc.Arbitrary<NoteSubject> = fc.oneof(
      fc.record(
        { kind: fc.constantFrom('run' as const, 'experiment' as const, 'model' as const), id },
        { noNullPrototype: true },
      ),
      fc.record(
        { kind: fc.constant('version' as const), id, version: fc.integer({ min: 1, max: 1e9 }) },
        { noNullPrototype: true },
      ),
    );
    fc.assert(
      fc.property(subject, fc.string(), (whose, name) => {
        assert.deepEqual(fromNotePath(toNotePath(whose, name)), whose);
      }),
    );
  });

  it('are nothing else', () => {
    for (const uriPath of [
      '',
      '/',
      '/run',
      '/run/x',
      '/run/x/a/b.md',
      '/version/x/0/a.md',
      '/other/x/a.md',
      '/run/%E0/a.md',
    ]) {
      assert.equal(fromNotePath(uriPath), undefined, uriPath);
    }
  });
});

describe('the primary metric', () => {
  it('is a key and an aggregate, in one text', () => {
    assert.deepEqual(parsePrimaryMetric('val acc max'), { key: 'val acc', aggregate: 'max' });
    assert.deepEqual(parsePrimaryMetric('val acc'), { key: 'val acc', aggregate: 'last' });
    assert.deepEqual(parsePrimaryMetric('loss mean'), { key: 'loss mean', aggregate: 'last' });
    assert.equal(parsePrimaryMetric(''), undefined);
  });
});
