import assert from 'node:assert/strict';
import type { connect } from 'node:net';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { inodeOf, lsofPeer, newestFirst, peerProcess, windowsPeer } from '../../../src/server/liveness/peerProcess';

describe('the process at the other end of a connection', () => {
  it('looks at the processes first that were started last, also where the ids began anew', () => {
    const names = ['7', '12', '300', '9000', 'self', 'loadavg', '1'];
    assert.deepEqual(newestFirst(names, '0.2 0.1 0.0 1/99 300\n'), [300, 12, 7, 1, 9000]);
    assert.deepEqual(newestFirst(names, '0.2 0.1 0.0 1/99 9001\n'), [9000, 300, 12, 7, 1]);
    assert.deepEqual(newestFirst(names, ''), [9000, 300, 12, 7, 1]);
  });

  it('is read from the tables of each system', () => {
    const table =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
      '   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0\n' +
      '   1: 0100007F:C350 0100007F:1388 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0\n' +
      '   2: 0100007F:1388 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0\n';
    assert.equal(inodeOf(table, 50_000), '222');
    assert.equal(inodeOf(table, 50_001), undefined);
    assert.equal(lsofPeer(`p${process.pid}\nf12\np4711\nf3\n`), 4711);
    assert.equal(lsofPeer(''), undefined);
    const netstat =
      '  Proto  Local Address          Foreign Address        State           PID\r\n' +
      '  TCP    127.0.0.1:5000         127.0.0.1:50000        ESTABLISHED     12\r\n' +
      '  TCP    127.0.0.1:50000        127.0.0.1:5000         ESTABLISHED     34\r\n';
    assert.equal(windowsPeer(netstat, 50_000), 34);
    assert.equal(windowsPeer(netstat, 1), undefined);
  });

  it('is found on this machine', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const program = `require('net').connect(${address.port}, '127.0.0.1'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', program]);
    try {
      const [socket] = (await once(server, 'connection')) as [ReturnType<typeof connect>];
      assert.equal(await peerProcess(socket.remotePort ?? 0), child.pid);
      socket.destroy();
    } finally {
      child.kill();
      server.close();
    }
  });
});
