import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { nextToken, offsetOf } from '../../../src/server/api/pageTokens';
import { randomRunName } from '../../../src/server/api/runNames';
import { unknownEndpoint } from '../../../src/server/api/unsupported';
import { attachment, contentTypeOf, parseRange } from '../../../src/server/artifacts/contentType';
import { readCommandLine, scriptLine, UsageError } from '../../../src/server/commandLine';
import { IdleWatch } from '../../../src/server/idle';
import { FolderPresence } from '../../../src/server/presence';

describe('the command line', () => {
  it('reads every option', () => {
    const command = readCommandLine(
      'serve --store d --port 0 --prefer-port 5001 --idle-exit 5 --allow-host box --allow-host [::2]'.split(' '),
    );
    assert.deepEqual(command, {
      kind: 'serve',
      options: {
        store: 'd',
        port: 0,
        preferPort: 5001,
        idleExit: 5,
        allowHosts: ['box', '[::2]'],
        workspace: undefined,
        allowArtifacts: [],
        readOnly: false,
      },
    });
    assert.deepEqual(readCommandLine('check --store d --json'.split(' ')), {
      kind: 'check',
      options: { store: 'd', json: true },
    });
    assert.deepEqual(readCommandLine('repair --to e --store d'.split(' ')), {
      kind: 'repair',
      options: { store: 'd', to: 'e', json: false },
    });
  });

  it('refuses what it does not understand', () => {
    const lines = ['', 'run', 'serve', 'serve x --store d', 'serve --store d --port x', 'serve --store d --port 65536', 'serve --wat',
      'serve --store d --port -1', 'serve --store d --json', 'check', 'check --store d --to e', 'repair --store d', 'serve --store d --idle-exit 0', 'serve --store d --allow-host a:1', 'serve --store']; // prettier-ignore
    for (const line of lines) {
      assert.throws(() => readCommandLine(line.split(' ').filter(Boolean)), UsageError, line);
    }
  });

  it('says what gives the token to scripts of another shell, whatever the folder is called', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), `it's "$HOME" `));
    try {
      await writeFile(path.join(folder, 'token'), 'abc_D-1\n');
      const line = scriptLine('http://127.0.0.1:5000', folder, 'linux');
      assert.ok(!line.includes('abc'), 'the token itself is not shown');
      if (process.platform !== 'win32') {
        const shown = execFileSync('sh', ['-c', `${line}; echo "$MLFLOW_TRACKING_URI $MLFLOW_TRACKING_TOKEN"`]);
        assert.equal(String(shown), 'http://127.0.0.1:5000 abc_D-1\n');
      }
      assert.equal(
        scriptLine('http://127.0.0.1:5000', "C:\\it's", 'win32'),
        "$env:MLFLOW_TRACKING_URI = 'http://127.0.0.1:5000'; " +
          "$env:MLFLOW_TRACKING_TOKEN = (Get-Content -LiteralPath 'C:\\it''s\\token')",
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('IdleWatch', () => {
  it('waits for readers, active runs and the last request', () => {
    const state = { readers: 1, running: 1, now: 0 };
    const watch = new IdleWatch(
      { readers: () => state.readers, runningRuns: () => state.running },
      60_000,
      Infinity,
      () => state.now,
    );
    state.now = 100_000;
    assert.equal(watch.isIdle(), false, 'a reader is attached');
    state.readers = 0;
    state.now = 170_000;
    assert.equal(watch.isIdle(), false, 'a run is active');
    state.running = 0;
    assert.equal(watch.isIdle(), true);
    watch.noteRequest();
    assert.equal(watch.isIdle(), false, 'something was just asked');
    state.running = 1;
    watch.noteWrite();
    state.now += 59 * 60_000;
    assert.equal(watch.isIdle(), false, 'the run was written to within the hour');
    state.now += 60_000;
    assert.equal(watch.isIdle(), true, 'the run is forgotten');
  });

  it('does not count the time in which the computer slept', () => {
    const state = { running: 1, now: 0 };
    const activity = { readers: () => 0, runningRuns: () => state.running };
    const watch = new IdleWatch(activity, 60_000, 15_000, () => state.now);
    const pass = (milliseconds: number): boolean => {
      for (const end = state.now + milliseconds; state.now < end;) {
        state.now += 15_000;
        if (watch.isIdle()) return true;
      }
      return false;
    };
    assert.equal(pass(45_000), false);
    state.now += 8 * 3_600_000;
    assert.equal(watch.isIdle(), false, 'a script that slept with it is about to log');
    assert.equal(pass(1_800_000), false, 'the active run is not forgotten yet');
    state.running = 0;
    assert.equal(watch.isIdle(), true);
    watch.noteRequest();
    state.now -= 600_000;
    assert.equal(pass(30_000), false, 'the clock was set back');
    assert.equal(pass(60_000), true);
  });
});

describe('the folder of a store', () => {
  it('is gone when it is missing twice in a row, or another is in its place', async () => {
    const parent = await mkdtemp(path.join(os.tmpdir(), 'labbook-presence-'));
    try {
      const folder = path.join(parent, 'store');
      await mkdir(folder);
      let [now, told] = [0, 0];
      const presence = new FolderPresence(
        folder,
        () => told++,
        () => (now += 1_000),
      );
      assert.deepEqual([presence.isGone(), presence.isHere()], [false, true]);
      await rename(folder, `${folder}-away`);
      assert.deepEqual([presence.isGone(), presence.isHere()], [false, false]);
      await rename(`${folder}-away`, folder);
      assert.equal(presence.isGone(), false, 'a drive that was away for a moment');
      await rename(folder, `${folder}-away`);
      await mkdir(folder);
      assert.deepEqual([presence.isGone(), presence.isHere()], [false, false]);
      assert.deepEqual([presence.isGone(), presence.isGone()], [true, true]);
      assert.equal(told, 1);
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
  });
});

describe('downloads', () => {
  it('never have a type that a browser renders as a page', async () => {
    for (const name of [
      'a.html',
      'a.HTM',
      'a.svg',
      'a.xhtml',
      'a.xml',
      'a.js',
      'a.mjs',
      'a.xsl',
      'MLmodel',
      'a.json',
      'a.rdf',
      'a.atom',
    ]) {
      assert.equal(await contentTypeOf(name), 'text/plain', name);
    }
    assert.equal(await contentTypeOf('a.png'), 'image/png');
    assert.equal(await contentTypeOf('a.pkl'), 'application/octet-stream');
    assert.equal(await contentTypeOf('nothing'), 'application/octet-stream');
  });

  it('have names that no header can be broken with', () => {
    assert.equal(attachment('model-1.bin'), 'attachment; filename=model-1.bin');
    assert.equal(attachment('a"b\\c%d.txt'), `attachment; filename="a_b_c_d.txt"; filename*=UTF-8''a%22b%5Cc%25d.txt`);
    assert.equal(attachment('日.txt'), `attachment; filename="_.txt"; filename*=UTF-8''%E6%97%A5.txt`);
    assert.match(attachment("it's (1)*.txt"), /filename\*=UTF-8''it%27s%20%281%29%2A\.txt$/);
  });

  it('understand single ranges and ignore what they need not understand', () => {
    assert.deepEqual(parseRange('bytes=0-0', 10), { start: 0, end: 0 });
    assert.deepEqual(parseRange('bytes=4-', 10), { start: 4, end: 9 });
    assert.deepEqual(parseRange('bytes=4-999', 10), { start: 4, end: 9 });
    assert.deepEqual(parseRange('bytes=-3', 10), { start: 7, end: 9 });
    assert.deepEqual(parseRange('bytes=-30', 10), { start: 0, end: 9 });
    for (const header of ['bytes=10-', 'bytes=-0', `bytes=${'9'.repeat(400)}-`]) {
      assert.equal(parseRange(header, 10), 'none', header);
    }
    for (const header of [
      undefined,
      'bytes=',
      'bytes=-',
      'bytes=5-3',
      'lines=1-2',
      'bytes=0-1,3-4',
      'bytes=a-b',
      'bytes=1.5-2',
    ]) {
      assert.equal(parseRange(header, 10), undefined, header);
    }
  });
});

describe('searches', () => {
  it('page by tokens', () => {
    const page = { items: [1, 2, 3], more: true };
    const token = nextToken(4, page).next_page_token;
    assert.equal(offsetOf(token), 7);
    assert.deepEqual(nextToken(4, { ...page, more: false }), {});
    assert.equal(offsetOf(undefined), 0);
    assert.equal(offsetOf(Buffer.from('{"offset": 12}').toString('base64')), 12, "MLflow's own form");
    for (const bad of ['x', '!!!', Buffer.from('{"offset": -1}').toString('base64')]) {
      assert.throws(() => offsetOf(bad), /Invalid page token, could not base64-decode/);
    }
  });
});

describe('names of runs', () => {
  it('are adjective-noun-number, at most 20 characters', () => {
    for (let i = 0; i < 500; i++) {
      assert.match(randomRunName(), /^(?=.{5,20}$)[a-z]+-[a-z]+-\d{1,3}$/);
    }
  });
});

describe('endpoints that are not there', () => {
  it('are named when MLflow has them', () => {
    const of = (path: string): string =>
      `${unknownEndpoint('GET', path).status} ${unknownEndpoint('GET', path).message}`;
    assert.match(of('/api/2.0/mlflow/webhooks'), /^501 .*webhooks/);
    assert.match(of('/api/2.0/mlflow/registered-models/nonsense'), /^404 /);
    assert.match(of('/ajax-api/3.0/mlflow/traces/search'), /^501 .*traces/);
    assert.match(of('/v1/traces'), /^501 .*traces/);
    assert.match(of('/api/3.0/mlflow/server-info'), /^404 .*GET \/api\/3.0\/mlflow\/server-info/);
    assert.match(of('/api/2.0/mlflow/runs/nonsense'), /^404 /);
  });
});
