import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';

/** Longest wait for a system tool that tells when a process started, in milliseconds. */
const toolTimeout = 5_000;

/** Where a process id has a meaning. */
export interface Machine {
  /** Name and, where the system has one, number of the machine. */
  readonly host: string;
  /** Changes with every start of the machine; empty where unknown. */
  readonly boot: string;
  /** Process ids of different spaces (containers) have nothing to do with each other; empty where there is just one. */
  readonly space: string;
}

let thisMachine: Promise<Machine> | undefined;

export function machine(): Promise<Machine> {
  thisMachine ??= Promise.resolve(askMachine());
  return thisMachine;
}

function askMachine(): Machine {
  const number = textOf('/etc/machine-id');
  return {
    host: number === '' ? os.hostname() : `${os.hostname()} ${number}`,
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    space: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** True while the process runs; one that ended and that its parent, as some containers' first process, never collects does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !['Z', 'X'].includes(statOf(pid)[0] ?? '');
}

/** What Linux says of a process, from its state on; empty elsewhere. */
function statOf(pid: number): string[] {
  // The field before is the program's name in brackets and may hold anything.
  const stat = process.platform === 'linux' ? textOf(`/proc/${pid}/stat`) : '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

let thisStart: Promise<string> | undefined;

/**
 * When a process started, in the system's own words: tells it from a later process with the same id. Empty where that
 * cannot be found out.
 */
export function processStart(pid: number): Promise<string> {
  if (pid === process.pid) {
    thisStart ??= askStart(pid);
    return thisStart;
  }
  return askStart(pid);
}

async function askStart(pid: number): Promise<string> {
  switch (process.platform) {
    case 'linux':
      // Field 22 of all, the state is the third.
      return statOf(pid)[19] ?? '';
    case 'win32':
      return outputOf('powershell.exe', [
        '-NoProfile',
        '-NonInteractive',
        '-Command',
        `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`,
      ]);
    default:
      return outputOf('ps', ['-o', 'lstart=', '-p', String(pid)]);
  }
}

/** Of a file that the system has in memory: quicker read than asked for. */
function textOf(file: string): string {
  return orEmpty(() => readFileSync(file, 'utf8')).trim();
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    execFile(program, args, { timeout: toolTimeout, env, windowsHide: true }, (error, output) =>
      resolve(error === null ? output.trim() : ''),
    );
  });
}
