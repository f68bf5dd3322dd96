import assert from 'node:assert/strict';
import type { Failure } from './expectations';
import type { Ended } from './python';
import type { Report } from './report';

/** What a client prints when it cannot reach the server; child processes have no other way to tell. */
const lost = /Retrying|Max retries exceeded|connection broken|ConnectionError/;

/** A call that fails must do so at once, in seconds: the client's own retries would take minutes. */
const failureLimit = 10;

/** The script ended as it should, without retries, and everything it compared by itself was equal. */
export function checkEnd(ended: Ended, exitCode = 0): Report {
  const text = `${ended.stdout}\n${ended.stderr}`;
  assert.equal(ended.signal, null, `killed after ${ended.seconds.toFixed(0)} s:\n${text}`);
  assert.equal(ended.code, exitCode, text);
  assert.doesNotMatch(ended.stderr, lost);
  const { report } = ended;
  assert.ok(report, 'the script wrote a report');
  assert.deepEqual(report.retries, [], 'the client had to ask again');
  for (const { what, expected, got } of report.same) {
    assert.deepEqual(got, expected, what);
  }
  return report;
}

export function checkFailures(report: Report, expected: Readonly<Record<string, Failure>> = {}): void {
  assert.deepEqual(Object.keys(report.errors).sort(), Object.keys(expected).sort());
  for (const [what, { code, message }] of Object.entries(expected)) {
    const found = report.errors[what];
    assert.ok(found?.error, `${what} must fail`);
    assert.match(found.error.message, message, what);
    if (code !== undefined) {
      assert.equal(found.error.code, code, what);
    }
    assert.ok(found.seconds < failureLimit, `${what} took ${found.seconds.toFixed(1)} s to fail`);
  }
}
