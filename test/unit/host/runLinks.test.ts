import assert from 'node:assert/strict';
import { findRunLinks } from '../../../src/host/terminal/runLinks';

const url = 'http://127.0.0.1:5000';

describe('links to runs in terminals', () => {
  it('are found where the client prints them', () => {
    const run = 'http://127.0.0.1:5000/#/experiments/1/runs/5f0c';
    const [link, ...more] = findRunLinks(`🏃 View run first at: ${run} `, url);
    assert.deepEqual(more, []);
    assert.ok(link);
    assert.equal(`🏃 View run first at: ${run}`.slice(link.startIndex, link.startIndex + link.length), run);
    assert.deepEqual([link.experimentId, link.runId], ['1', '5f0c']);
  });

  it('may name an experiment, or the server by its other names', () => {
    const line = 'http://localhost:5000/#/experiments/12 http://labbook:secret@[::1]:5000/#/experiments/3/runs/a-b';
    assert.deepEqual(
      findRunLinks(line, url).map(({ experimentId, runId }) => [experimentId, runId]),
      [
        ['12', undefined],
        ['3', 'a-b'],
      ],
    );
  });

  it('are left to others where they point elsewhere', () => {
    const line =
      'http://127.0.0.1:5001/#/experiments/1 http://mlflow.example/#/experiments/1/runs/2 http://127.0.0.1:5000/x';
    assert.deepEqual(findRunLinks(line, url), []);
  });
});
