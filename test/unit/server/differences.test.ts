import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { differences } from '../../conformance/differential/differences';

describe('the list of differences from MLflow', () => {
  const firstCells = readFileSync('docs/protocol.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => (line.split(/(?<!\\)\|/)[1] ?? '').trim());

  it('gives every one a row in docs/protocol.md', () => {
    const unexplained = differences.filter(({ row }) => !firstCells.some((cell) => cell.startsWith(row)));
    assert.deepEqual(
      unexplained.map(({ row }) => row),
      [],
    );
  });

  it('names no case and no row twice', () => {
    const cases = differences.flatMap((each) => each.cases);
    assert.equal(new Set(cases).size, cases.length);
    assert.equal(new Set(differences.map(({ row }) => row)).size, differences.length);
    assert.ok(differences.every((each) => each.cases.length > 0));
  });
});
