import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Longest wait for a system tool, milliseconds. */
const toolTimeout = 5_000;

/**
 * The process on this machine whose connection to us comes from a port. Undefined where that cannot be found out: another
 * user's process, a container, a connection that is closed already.
 * @param peerPort the connection's port at the other end
 */
export async function peerProcess(peerPort: number): Promise<number | undefined> {
  switch (process.platform) {
    case 'linux':
      return linuxPeer(peerPort);
    case 'win32':
      return windowsPeer(await outputOf('netstat', ['-ano', '-p', 'TCP']), peerPort);
    default:
      return lsofPeer(await outputOf('lsof', ['-nP', `-iTCP:${peerPort}`, '-sTCP:ESTABLISHED', '-Fp']));
  }
}

async function linuxPeer(peerPort: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const inode = inodeOf(tables.join('\n'), peerPort);
  if (inode === undefined) {
    return undefined;
  }
  const wanted = `socket:[${inode}]`;
  const load = await readFile('/proc/loadavg', 'utf8').catch(() => '');
  for (const pid of newestFirst(await readdir('/proc'), load)) {
    const folder = `/proc/${pid}/fd`;
    // Processes of others cannot be looked into, and any may end while we look.
    for (const name of await readdir(folder).catch(() => [])) {
      if ((await readlink(`${folder}/${name}`).catch(() => '')) === wanted) {
        return pid;
      }
    }
  }
  return undefined;
}

/**
 * A script that begins a run is one of the last processes that were started, and may be gone a moment later.
 * @param names of the entries of /proc, whose numbers are process ids
 * @param load the text of /proc/loadavg: its last field is the id that was given last, after which ids go up and then begin anew
 */
export function newestFirst(names: readonly string[], load: string): number[] {
  const last = Number(load.trim().split(/\s+/).at(-1) || Infinity);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const ofBefore = (pid: number): number => (pid > last ? 1 : 0);
  return pids.sort((one, other) => ofBefore(one) - ofBefore(other) || other - one);
}

/** The socket in Linux's tables of TCP connections whose own end is a port and which is established (state 01). */
export function inodeOf(table: string, port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(`:${hex}`) === true && fields[3] === '01' && fields[9] !== undefined && fields[9] !== '0') {
      return fields[9];
    }
  }
  return undefined;
}

/** From `lsof -Fp`: the first process that is not this one. */
export function lsofPeer(output: string): number | undefined {
  return output
    .split('\n')
    .flatMap((line) => (/^p\d+$/.test(line) ? [Number(line.slice(1))] : []))
    .find((pid) => pid !== process.pid);
}

/** From `netstat -ano`: the owner of the connection whose own end is the port. */
export function windowsPeer(output: string, port: number): number | undefined {
  for (const line of output.split(/\r?\n/)) {
    const [protocol, local, , state, pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && local?.endsWith(`:${port}`) === true && state === 'ESTABLISHED') {
      return Number(pid);
    }
  }
  return undefined;
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: toolTimeout, windowsHide: true, maxBuffer: 16e6 }, (error, output) =>
      resolve(error === null ? output : ''),
    );
  });
}
