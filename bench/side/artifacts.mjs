// One large file through the artifact proxy, up and down.
import net from 'node:net';
import { ask, bytes, medianOf, request } from '../lib/load.mjs';

export const figures = [
  {
    id: 'upload',
    title: 'upload of one file',
    unit: 'MB/s',
    better: 'more',
    wanted: 2,
    // Beside it to compare: what it takes to be durable on this machine, where MLflow is content with less.
    limit: { id: 'bare-upload' },
  },
  { id: 'download', title: 'download of one file', unit: 'MB/s', better: 'more', wanted: 4 },
];

export async function measure(server, { newRun, quick }) {
  const size = (quick ? 32 : 256) * 1024 * 1024;
  const runId = await newRun(server);
  const path = `/api/2.0/mlflow-artifacts/artifacts/${server.experiment}/${runId}/artifacts/file.bin`;
  const rates = { upload: [], download: [] };
  for (let i = 0; i < 3; i++) {
    const sent = await ask(server, 'PUT', path, { body: bytes(size), length: size });
    rates.upload.push(size / 1000 / sent.ms);
    rates.download.push(size / 1000 / (await downloadTime(server, path, size)));
  }
  return { upload: medianOf(rates.upload), download: medianOf(rates.download) };
}

/**
 * Reads an answer through one buffer and counts its bytes. Node's HTTP client takes new memory for every 64 kB, and with it more of the
 * processor's time than the server that sends them: it would be the client that is measured.
 * @returns milliseconds
 */
function downloadTime(server, path, size) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    let head = '';
    let received = 0;
    const socket = net.connect({
      port: server.port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.allocUnsafeSlow(1024 * 1024),
        callback: (count, buffer) => {
          if (head.includes('\r\n\r\n')) {
            received += count;
          } else {
            head += buffer.latin1Slice(0, count);
            received = head.length - head.indexOf('\r\n\r\n') - 4;
          }
          if (received >= size) {
            socket.destroy();
            const isWhole = head.startsWith('HTTP/1.1 200') && received === size;
            if (isWhole && new RegExp(`^content-length: *${size}\r$`, 'im').test(head)) {
              resolve(performance.now() - from);
            } else {
              reject(new Error(`${server.name} answered otherwise: ${head.slice(0, 300)}`));
            }
          }
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${server.name} sent ${received} bytes, not ${size}`)));
    socket.setTimeout(600_000, () => socket.destroy(new Error(`${server.name} sent nothing for ten minutes`)));
    socket.write(request(server, 'GET', path));
  });
}
