// The measured servers: Labbook's, MLflow's, and a bare Node handler; each a process of its own, ended with this one.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from '../../scripts/root.mjs';
import { killTree } from '../../scripts/run.mjs';
import { temporaryFolder } from '../../scripts/temporary.mjs';

/** Folders of this run; on the disk that is measured. `LABBOOK_BENCH_FOLDER` names another place for them. */
const base = temporaryFolder('labbook-bench', process.env.LABBOOK_BENCH_FOLDER ?? tmpdir());
const children = new Set();

// Before the folder is removed, in which they write.
process.prependListener('exit', () => children.forEach((child) => killTree(child)));

/** A new folder, removed in the end. */
export function folder(name) {
  const made = path.join(base, name);
  mkdirSync(made, { recursive: true });
  return made;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a program and waits until `ready` says yes. @returns `{child, ms}`: milliseconds from start to ready */
async function launch(command, args, { cwd, env, limit, pause, ready }) {
  const from = performance.now();
  const child = spawn(command, args, {
    cwd,
    // Node reads the certificates that this names before all else, for as long as half of a start. The extension's servers do not get it either.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-4000)));
  }
  while (!(await ready())) {
    if (child.exitCode !== null || performance.now() - from > limit * 1000) {
      killTree(child);
      throw new Error(`${path.basename(command)} did not start: ${output}`);
    }
    await delay(pause);
  }
  return { child, ms: performance.now() - from };
}

const isUp = (port) => async () => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    return answer.ok && (await answer.text()) === 'OK';
  } catch {
    return false;
  }
};

/** Ends a server; after 20 s hard. */
async function end(child, signal) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  killTree(child, signal);
  const timer = setTimeout(() => killTree(child), 20_000);
  await ended;
  clearTimeout(timer);
  children.delete(child);
}

/** `dist/labbook.cjs`, or what `LABBOOK_CLI` names: `run.mjs` sets it when it has built, after this module was loaded. */
const labbookCli = () => path.resolve(root, process.env.LABBOOK_CLI ?? path.join('dist', 'labbook.cjs'));

/** @param {string} store its folder. @returns `{name, port, token, pid, startMs, store, stop()}` */
export async function startLabbook(store) {
  const port = await freePort();
  const { child, ms } = await launch(
    process.execPath,
    [labbookCli(), 'serve', '--store', store, '--port', String(port)],
    {
      cwd: path.dirname(store),
      limit: 120,
      pause: 2,
      ready: isUp(port),
    },
  );
  const discovery = path.join(store, 'server.json');
  for (let tries = 0; !existsSync(discovery) && tries < 1000; tries++) {
    await delay(5);
  }
  const { token } = JSON.parse(readFileSync(discovery, 'utf8'));
  return { name: 'Labbook', port, token, pid: child.pid, startMs: ms, store, stop: () => end(child, 'SIGTERM') };
}

/**
 * MLflow's own server on its SQLite store, as `mlflow server` starts it.
 * @param {{python: string, workers: number, home: string, database?: string}} options `database`: a file to begin with a copy of
 */
export async function startMlflow({ python, workers, home, database }) {
  const port = await freePort();
  const file = path.join(home, 'mlflow.db');
  if (database !== undefined && !existsSync(file)) {
    cpSync(database, file);
  }
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', String(workers)];
  const stores = ['--backend-store-uri', `sqlite:///${file}`, '--artifacts-destination', path.join(home, 'artifacts')];
  const { child, ms } = await launch(python, [...args, ...stores], {
    cwd: home,
    limit: 180,
    pause: 20,
    ready: isUp(port),
    env: { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
  });
  const name = `mlflow, ${workers} worker${workers === 1 ? '' : 's'}`;
  return { name, port, token: undefined, pid: child.pid, startMs: ms, stop: () => end(child, 'SIGKILL') };
}

const bare = `
const fs = require('node:fs');
const http = require('node:http');
const server = http.createServer((request, response) => {
  if (request.method === 'PUT') {
    const file = fs.createWriteStream(process.argv[2], { flush: true });
    require('node:stream').pipeline(request, file, (error) => response.writeHead(error ? 500 : 200).end('{}'));
    return;
  }
  request.resume().on('end', () => {
    const body = request.url === '/health' ? 'OK' : '{}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
server.listen(Number(process.argv[1]), '127.0.0.1');
`;

/** The least that Node does for a POST: reads the body, answers `{}`; and for a PUT: writes the body to a file and syncs that. */
export async function startBare() {
  const port = await freePort();
  const { child, ms } = await launch(process.execPath, ['-e', bare, String(port), path.join(folder('bare'), 'file')], {
    cwd: base,
    limit: 30,
    pause: 5,
    ready: isUp(port),
  });
  return { name: 'bare Node', port, token: undefined, pid: child.pid, startMs: ms, stop: () => end(child, 'SIGKILL') };
}

/**
 * Memory of a process and its children in bytes: what each has for itself and its share of what several have (PSS).
 * @returns undefined where the system does not tell (not Linux)
 */
export function memoryOf(pid) {
  if (!existsSync('/proc/self/smaps_rollup')) {
    return undefined;
  }
  return processesOf(pid).reduce((sum, each) => sum + pssOf(each), 0);
}

/** A process and those below it, as Linux tells them. */
function processesOf(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (each) => each === pid || (parents.has(each) && isBelow(parents.get(each)));
  return [...parents.keys()].filter(isBelow);
}

/**
 * Has servers do nothing until they are let go on: an `mlflow server` of which nobody asks anything still takes half a core. Only on Linux.
 * @param {{pid: number}[]} servers
 * @returns what lets them go on
 */
export function hold(servers) {
  if (!existsSync('/proc/self/stat')) {
    return () => undefined;
  }
  const held = servers.flatMap(({ pid }) => processesOf(pid));
  const tell = (signal) => {
    for (const pid of held) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  tell('SIGSTOP');
  return () => tell('SIGCONT');
}

function pssOf(pid) {
  try {
    return Number(/^Pss:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Resident memory of one process, and the most that it ever had, in bytes. */
export function residentOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024;
  return { now: read('VmRSS'), most: read('VmHWM') };
}
