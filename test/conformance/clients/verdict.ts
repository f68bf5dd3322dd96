import assert from 'node:assert/strict';
import type { Failure, Script } from './expectations';
import type { Ended } from './python';
import type { Report } from './report';
import { atTimes, clientHas, versions, type Client } from './versions';

/** What a client prints when it cannot reach the server; child processes have no other way to tell. */
const lost = /Retrying|Max retries exceeded|connection broken|ConnectionError/;

/** Seconds. A call that fails must do so at once: the client's own retries would take minutes. Long enough for any machine. */
export const failureLimit = 40;

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

/** The client is the one that is meant, and the script left out only what that client does not have. */
export function checkParts(report: Report, client: Client, { needs, parts = {} }: Script): void {
  assert.equal(report.version, versions[client]);
  for (const [name, found] of Object.entries(report.has)) {
    assert.ok(name === needs || name in parts, `${name} is missing in the script's row`);
    if (!(name in atTimes)) {
      assert.equal(found, clientHas(client, name), `${client} has ${name}`);
    }
  }
}

/** All that must fail did, at once, and nothing else was tried. */
export function checkFailures(report: Report, client: Client, all: Readonly<Record<string, Failure>> = {}): void {
  const expected = Object.entries(all).filter(([, { of }]) => of === undefined || clientHas(client, of));
  assert.deepEqual(Object.keys(report.errors).sort(), expected.map(([what]) => what).sort());
  for (const [what, { code, message }] of expected) {
    const found = report.errors[what];
    assert.ok(found?.error, `${what} must fail`);
    assert.match(found.error.message, message, what);
    if (code !== undefined) {
      assert.equal(found.error.code, code, what);
    }
    assert.ok(found.seconds < failureLimit, `${what} took ${found.seconds.toFixed(1)} s to fail`);
  }
}
