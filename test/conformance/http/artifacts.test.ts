import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { artifactPrefix } from '../../../src/protocol/mlflow';
import { startLabbook, until, type LabbookServer } from '../../fakes/labbookServer';
import { api, artifactPath, assertError, call, createRun, record, records, type Answer } from './rawHttp';

describe('artifacts', () => {
  let server: LabbookServer;
  let runId: string;
  let outside: string;
  before(async () => {
    server = await startLabbook();
    outside = await mkdtemp(path.join(os.tmpdir(), 'labbook-outside-'));
  });
  after(async () => {
    await server.dispose();
    await rm(outside, { recursive: true, force: true });
  });
  beforeEach(async () => {
    runId = await createRun(server);
    await writeFile(path.join(outside, 'secret.txt'), 'secret');
  });

  const at = (file: string): string => artifactPath(runId, file);
  const put = (file: string, body: string | Uint8Array): Promise<Answer> =>
    call(server, { method: 'PUT', path: at(file), body });
  const onDisk = (...names: string[]): string =>
    path.join(server.store, 'artifacts', '0', runId, 'artifacts', ...names);
  const list = async (folder: string): Promise<Record<string, unknown>[]> => {
    const answer = await call(server, {
      path: `${artifactPrefix}?path=${encodeURIComponent(`0/${runId}/artifacts/${folder}`.replace(/\/$/, ''))}`,
    });
    assert.equal(answer.status, 200, answer.text);
    return records(record(JSON.parse(answer.text))['files'] ?? []);
  };
  const uploads = (): Promise<string[]> => readdir(path.join(server.store, 'uploads')).catch(() => []);

  it('come back as they were sent, are listed and deleted', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    assert.deepEqual(record(JSON.parse((await put('a/b.bin', bytes)).text)), {});
    assert.equal((await put('a/empty', '')).status, 200);
    assert.equal((await put('z.txt', 'old')).status, 200);
    assert.equal((await put('z.txt', 'new')).status, 200);
    const file = await call(server, { path: at('a/b.bin') });
    assert.ok(file.body.equals(bytes));
    assert.equal(file.headers['content-length'], '300000');
    assert.match(file.headers['content-disposition'] ?? '', /^attachment; filename=b\.bin$/);
    assert.equal((await call(server, { path: at('a/empty') })).body.length, 0);
    assert.equal((await call(server, { path: at('z.txt') })).text, 'new');
    assert.deepEqual(await list(''), [
      { path: 'a', is_dir: true },
      { path: 'z.txt', is_dir: false, file_size: 3 },
    ]);
    assert.deepEqual(await list('a'), [
      { path: 'b.bin', is_dir: false, file_size: 300_000 },
      { path: 'empty', is_dir: false, file_size: 0 },
    ]);
    assert.deepEqual(await list('nothing/here'), []);
    const ofRun = await api(server, 'GET', `/artifacts/list?run_id=${runId}&path=a`);
    assert.deepEqual(ofRun, {
      root_uri: `mlflow-artifacts:/0/${runId}/artifacts`,
      files: [
        { path: 'a/b.bin', is_dir: false, file_size: 300_000 },
        { path: 'a/empty', is_dir: false, file_size: 0 },
      ],
    });
    assert.equal((await call(server, { method: 'DELETE', path: at('z.txt') })).status, 200);
    assert.equal((await call(server, { method: 'DELETE', path: at('a') })).status, 200);
    assert.deepEqual(await list(''), []);
    assertError(await call(server, { path: at('z.txt') }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await call(server, { path: at('a') }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await call(server, { method: 'DELETE', path: at('a') }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assert.deepEqual(await uploads(), []);
  });

  it('may have any name that is a name', async () => {
    const names = [
      'häß 日本 😀.txt',
      '50%.txt',
      'a+b&c=d;e,f.txt',
      'q\'"uote.txt',
      '...',
      '.hidden',
      'x'.repeat(255),
      ' lead',
      'CON',
      'trail.',
      'a?b',
    ];
    for (const name of names) {
      assert.equal((await put(encodeURIComponent(name), name)).status, 200, name);
      const file = await call(server, { path: at(encodeURIComponent(name)) });
      assert.equal(file.text, name);
      // A plain name as it is, as MLflow sends it, others encoded.
      const disposition = file.headers['content-disposition'] ?? '';
      const [, star = ''] = /(?:filename\*=UTF-8''|^attachment; filename=)(\S+)$/.exec(disposition) ?? [];
      assert.equal(decodeURIComponent(star), name);
    }
    assert.deepEqual((await list('')).map((file) => file['path']).sort(), [...names].sort());
  });

  it('can be read in parts', async () => {
    await put('r.txt', '0123456789');
    const get = (headers: Record<string, string>): Promise<Answer> => call(server, { path: at('r.txt'), headers });
    const part = await get({ range: 'bytes=2-4' });
    assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, '234', 'bytes 2-4/10']);
    assert.equal((await get({ range: 'bytes=-3' })).text, '789');
    assert.equal((await get({ range: 'bytes=8-' })).text, '89');
    const none = await get({ range: 'bytes=10-' });
    assertError(none, 416, 'RANGE_NOT_SATISFIABLE');
    assert.equal(none.headers['content-range'], 'bytes */10');
    const many = await get({ range: `bytes=${Array.from({ length: 500 }, () => '0-').join(',')}` });
    assert.deepEqual([many.status, many.text], [200, '0123456789']);
    const etag = String((await get({})).headers.etag);
    assert.equal((await get({ range: 'bytes=1-1', 'if-range': etag })).status, 206);
    assert.equal((await get({ range: 'bytes=1-1', 'if-range': '"old"' })).status, 200);
  });

  it('stay inside the store, whatever the path says', async () => {
    await writeFile(path.join(server.store, 'inside.txt'), 'inside');
    const bad = [
      '../../../../inside.txt',
      '..%5C..%5Cx',
      '....//x',
      '%2e%2e%2f%2e%2e%2fx',
      '%252e%252e%252fx',
      '..%c0%afx',
      '%EF%BC%8E%EF%BC%8E/x',
      '%2Fetc%2Fpasswd',
      'C:%5CWindows%5Cwin.ini',
      'C:x',
      '%5C%5Chost%5Cshare',
      '%5C%5C%3F%5CC:%5C',
      '/host/share',
      '/proc/self/root/etc/passwd',
      'a?/../../x',
      'a%3F/../../x',
      'a%23/../../x',
      'a;/../../x',
      'a%00b',
      'a%0Ab',
      'x'.repeat(256),
      'x/'.repeat(2100),
      '%',
      '%ff',
    ];
    const absolute = [
      '../store',
      '%2e%2e',
      '..',
      '/etc/passwd',
      'file:%2F%2F%2Fetc%2Fpasswd',
      'http:%2F%2F%2F%23%2F..%2Fetc',
      '../uploads/x',
    ];
    const paths = [...bad.map(at), ...absolute.map((each) => `${artifactPrefix}/${each}`)];
    const before = await readdir(server.store, { recursive: true });
    for (const each of paths) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await call(server, { method, path: each, ...(method === 'PUT' ? { body: 'evil' } : {}) });
        assertError(answer, 400);
      }
    }
    for (const each of ['../../..', '..\\x', '/etc', 'C:\\', 'file:///etc', '%2e%2e', '%252e%252e/x', 'a#b', 'a\0b']) {
      assertError(await call(server, { path: `${artifactPrefix}?path=${encodeURIComponent(each)}` }), 400);
      assertError(
        await call(server, { path: `/api/2.0/mlflow/artifacts/list?run_id=${runId}&path=${encodeURIComponent(each)}` }),
        400,
      );
    }
    for (const each of ['..', 'a/b', "x'--", '.', '-a']) {
      // Nothing of an id becomes a path; whether its form or its absence is blamed is MLflow's choice.
      const answer = await call(server, { path: `/api/2.0/mlflow/artifacts/list?run_id=${encodeURIComponent(each)}` });
      assert.ok([400, 404].includes(answer.status), answer.text);
    }
    assertError(await call(server, { method: 'DELETE', path: `${artifactPrefix}/` }), 400);
    assert.deepEqual(await readdir(server.store, { recursive: true }), before);
  });

  it('are never reached through links', async () => {
    await put('real.txt', 'real');
    await mkdir(path.join(outside, 'folder'), { recursive: true });
    await writeFile(path.join(outside, 'folder', 'x'), 'x');
    await symlink(path.join(outside, 'secret.txt'), onDisk('link.txt'));
    await symlink(path.join(outside, 'folder'), onDisk('folder'));
    await symlink('.', onDisk('loop'));
    assert.deepEqual(
      (await list('')).map((file) => file['path']),
      ['real.txt'],
    );
    assert.deepEqual(await list('folder'), []);
    for (const each of ['link.txt', 'folder/x', 'loop/real.txt', 'loop/loop/real.txt']) {
      assertError(await call(server, { path: at(each) }), 404, 'RESOURCE_DOES_NOT_EXIST');
    }
    for (const each of ['link.txt', 'folder/new', 'folder/x', 'folder', 'loop/new']) {
      assertError(await put(each, 'evil'), 400);
    }
    assertError(await call(server, { method: 'DELETE', path: at('folder/x') }), 404);
    for (const each of ['link.txt', 'folder', 'loop']) {
      assert.equal((await call(server, { method: 'DELETE', path: at(each) })).status, 200, 'the link itself may go');
    }
    assert.equal(await readFile(path.join(outside, 'secret.txt'), 'utf8'), 'secret');
    assert.deepEqual(await readdir(path.join(outside, 'folder')), ['x']);
    await symlink(outside, onDisk('whole'));
    assert.equal(
      (await call(server, { method: 'DELETE', path: `${artifactPrefix}/0/${runId}/artifacts` })).status,
      200,
    );
    assert.equal(await readFile(path.join(outside, 'secret.txt'), 'utf8'), 'secret');
  });

  it('are not written through hard links', async () => {
    await put('dir/a', 'a');
    await link(path.join(outside, 'secret.txt'), onDisk('dir', 'hard'));
    assert.equal((await put('dir/hard', 'changed')).status, 200);
    assert.equal(await readFile(path.join(outside, 'secret.txt'), 'utf8'), 'secret');
  });

  it('are plain files: pipes and devices are neither read nor listed', async () => {
    await put('dir/a', 'a');
    execFileSync('mkfifo', [onDisk('dir', 'pipe')]);
    assertError(await call(server, { path: at('dir/pipe') }), 404, 'RESOURCE_DOES_NOT_EXIST');
    assertError(await put('dir/pipe', 'x'), 400);
    assert.deepEqual(
      (await list('dir')).map((file) => file['path']),
      ['a'],
    );
  });

  it('do not replace folders, nor grow below files', async () => {
    await put('dir/a', 'a');
    assertError(await put('dir', 'x'), 400, 'INVALID_PARAMETER_VALUE');
    assertError(await put('dir/a/b', 'x'), 400, 'INVALID_PARAMETER_VALUE');
    assertError(await put('dir/', 'x'), 400, 'INVALID_PARAMETER_VALUE');
    assert.equal((await call(server, { path: at('dir/a') })).text, 'a');
    assert.deepEqual(await uploads(), []);
  });

  it('are not there until they are whole', async () => {
    await put('whole.txt', 'before');
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `PUT ${at('whole.txt')} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.token}\r\nContent-Length: 1000\r\n\r\nhalf`,
    );
    assert.ok(await until(async () => (await uploads()).length === 1));
    assert.deepEqual(
      (await list('')).map((file) => file['path']),
      ['whole.txt'],
    );
    assert.equal((await call(server, { path: at('whole.txt') })).text, 'before');
    socket.destroy();
    assert.ok(await until(async () => (await uploads()).length === 0), 'the half upload stays');
    assert.equal((await call(server, { path: at('whole.txt') })).text, 'before');
  });

  it('written again leave the old file whole to who is reading it', async () => {
    const size = 24 * 1024 * 1024;
    await put('again.bin', Buffer.alloc(size, 1));
    const slow = http.request({
      host: '127.0.0.1',
      port: server.port,
      path: at('again.bin'),
      headers: { authorization: `Bearer ${server.token}` },
    });
    slow.end();
    const [answer] = (await once(slow, 'response')) as [http.IncomingMessage];
    // More than sockets hold: the rest is read by the server only when it is asked for.
    const [first] = (await once(answer, 'data')) as [Buffer];
    answer.pause();
    assert.equal((await put('again.bin', Buffer.alloc(1000, 2))).status, 200);
    const fresh = await call(server, { path: at('again.bin') });
    assert.deepEqual([fresh.body.length, fresh.body[0]], [1000, 2]);
    let read = first.length;
    for await (const chunk of answer) {
      assert.ok((chunk as Buffer).every((byte) => byte === 1));
      read += (chunk as Buffer).length;
    }
    assert.equal(read, size);
  });

  it('written by many at the same time are one of them, whole', async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(1_000_000 + i, i));
    await Promise.all(bodies.map((body) => put('race.bin', body)));
    const { body } = await call(server, { path: at('race.bin') });
    assert.ok(bodies.some((each) => each.equals(body)));
    assert.deepEqual(await uploads(), []);
  });

  it('are listed in the order of code points, as clients sort', async () => {
    const names = ['B', 'a', 'a-b', 'a.b', 'ab', 'é', '\uff5e', '😀'];
    for (const name of [...names].reverse()) {
      assert.equal((await put(encodeURIComponent(name), name)).status, 200);
    }
    assert.deepEqual(
      await list(''),
      names.map((name) => ({ path: name, is_dir: false, file_size: Buffer.byteLength(name) })),
    );
  });

  it('of a broken process are cleared away', async () => {
    const broken = await startLabbook();
    try {
      const socket = net.connect(broken.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        `PUT ${artifactPrefix}/0/x/artifacts/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${broken.token}\r\nContent-Length: 1000\r\n\r\nhalf`,
      );
      const folder = path.join(broken.store, 'uploads');
      assert.ok(await until(async () => (await readdir(folder).catch(() => [])).length === 1));
      await broken.kill();
      const next = await startLabbook({ store: broken.store });
      assert.deepEqual(await readdir(folder).catch(() => []), []);
      await next.dispose();
    } finally {
      await broken.dispose();
    }
  });

  it('are answered for at once when refused, however large', async () => {
    const size = 30 * 1024 * 1024;
    const refused: [string, Record<string, string>, number][] = [
      [at('big'), { authorization: 'Bearer wrong' }, 401],
      [at('..%2fbig'), {}, 400],
      [at('big'), { 'content-encoding': 'gzip' }, 415],
      [at('big'), { authorization: 'Bearer wrong', expect: '100-continue' }, 401],
      ['/nowhere', {}, 404],
    ];
    const body = Buffer.alloc(size);
    for (const [target, headers, status] of refused) {
      assertError(await call(server, { method: 'PUT', path: target, headers, body }), status);
    }
    assert.deepEqual(await list(''), []);
    const accepted = await call(server, {
      method: 'PUT',
      path: at('big'),
      headers: { 'content-type': 'nonsense' },
      body,
    });
    assert.equal(accepted.status, 200, 'an upload may call itself whatever it likes');
    assert.equal((await stat(onDisk('big'))).size, size);
  });

  it('may come in chunks, and after asking whether they may', async () => {
    for (const headers of [{ 'transfer-encoding': 'chunked' }, { expect: '100-continue', 'content-length': '6' }]) {
      const status = await new Promise((resolve, reject) => {
        const request = http.request({
          port: server.port,
          method: 'PUT',
          path: at('chunked.txt'),
          headers: { ...headers, authorization: `Bearer ${server.token}` },
        });
        request.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
        if ('expect' in headers) {
          request.once('continue', () => request.end('abcdef')).flushHeaders();
        } else {
          request.write('abc');
          request.end('def');
        }
      });
      assert.equal(status, 200);
      assert.equal((await call(server, { path: at('chunked.txt') })).text, 'abcdef');
    }
  });

  it('uploaded many at a time into new folders all arrive', async () => {
    const names = Array.from({ length: 64 }, (_, i) => `deep/${i % 4}/er/${i}.txt`);
    const answers = await Promise.all(names.map((name) => put(name, name)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.deepEqual(
      await Promise.all(names.map(async (name) => (await call(server, { path: at(name) })).text)),
      names,
    );
  });

  it('kept elsewhere are not looked for here', async () => {
    const { experiment_id } = await api(server, 'POST', '/experiments/create', {
      name: 'elsewhere',
      artifact_location: 's3://bucket/x',
    });
    const other = await createRun(server, { experiment_id });
    assertError(
      await call(server, { path: `/api/2.0/mlflow/artifacts/list?run_id=${other}` }),
      501,
      'NOT_IMPLEMENTED',
      /s3:\/\/bucket/,
    );
    const bad = [
      'http:///#/../../etc/',
      's3://b/../x',
      'file://host/x',
      '..\\x',
      'C:\\x',
      's3://b/%252e%252e/x',
      'runs:/x',
    ];
    for (const artifact_location of bad) {
      const answer = await call(server, {
        method: 'POST',
        path: '/api/2.0/mlflow/experiments/create',
        body: { name: `x${artifact_location}`, artifact_location },
      });
      assertError(answer, 400, 'INVALID_PARAMETER_VALUE');
    }
  });
});
