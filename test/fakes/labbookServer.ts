import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Discovery } from '../../src/protocol/extras';

export interface StartOptions {
  /** An existing or new folder; a temporary one, removed by `dispose()`, when absent. */
  store?: string;
  /** Further arguments, after `serve --store DIR`. `--port 0` is given unless a port is among them. */
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Longest wait for the server to listen, milliseconds. */
  timeout?: number;
}

export interface LabbookServer {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly store: string;
  readonly process: ChildProcess;
  /** What it wrote so far. */
  output(): { stdout: string; stderr: string };
  /** Ends it with SIGTERM (or another signal) and answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Kills it if need be and removes its store if that was a temporary one. */
  dispose(): Promise<void>;
}

/** The command line under test: `LABBOOK_CLI`, else what the build wrote. */
export const labbookCli = path.resolve(process.env['LABBOOK_CLI'] ?? 'dist/labbook.cjs');

/** A run of the command line to its end. `signal` ends one that would not end by itself. */
export async function runLabbook(
  args: readonly string[],
  options: { timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [labbookCli, ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 10_000);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
  }
  return { code: child.exitCode, ...output() };
}

/** Starts `labbook serve` and waits until it listens. */
export async function startLabbook(options: StartOptions = {}): Promise<LabbookServer> {
  const temporary = options.store === undefined;
  const store = options.store ?? (await mkdtemp(path.join(os.tmpdir(), 'labbook-test-')));
  const args = [...(options.args ?? [])];
  if (!args.includes('--port')) {
    args.push('--port', '0');
  }
  const child = spawn(process.execPath, [labbookCli, 'serve', '--store', store, ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const ended = once(child, 'close');
  const timeout = options.timeout ?? 15_000;
  const ready = await until(() => /http:\/\/\S+:\d+/.test(output().stdout) || hasEnded(child), timeout);
  if (!ready || hasEnded(child)) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`labbook did not start (exit code ${child.exitCode}): ${output().stderr || output().stdout}`);
  }
  const discovery = JSON.parse(await readFile(path.join(store, 'server.json'), 'utf8')) as Discovery;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!hasEnded(child)) {
      child.kill(signal);
    }
    await ended;
    return child.exitCode;
  };
  return {
    url: discovery.url,
    port: Number(new URL(discovery.url).port),
    token: discovery.token,
    store,
    process: child,
    output,
    stop: (signal = 'SIGTERM') => end(signal),
    kill: async () => void (await end('SIGKILL')),
    dispose: async () => {
      await end('SIGKILL');
      if (temporary) {
        await rm(store, { recursive: true, force: true });
      }
    },
  };
}

/** Waits until `condition` holds, asking every 10 ms. @returns false when it did not within `timeout` milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 10_000): Promise<boolean> {
  const limit = Date.now() + timeout;
  while (!(await condition())) {
    if (Date.now() > limit) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  return () => ({ ...text });
}
