import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseReport, type Report } from './report';
import type { Client } from './versions';

const scripts = path.resolve('test/fixtures/scripts');

/** The interpreter of a client: as the test runner says, else as the set-up script finds or makes it. */
export async function pythonOf(client: Client): Promise<string> {
  const known = process.env[`LABBOOK_PYTHON_${client}`];
  if (known !== undefined) {
    return known;
  }
  const setup = (await import(pathToFileURL(path.resolve('scripts/setup/python.mjs')).href)) as {
    pythonFor(name: string): Promise<string>;
  };
  return await setup.pythonFor(client);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Undefined where the script was killed before it could write one. */
  readonly report: Report | undefined;
}

export interface Running {
  readonly process: ChildProcess;
  stdout(): string;
  /** Resolves when the script has ended, killed or not; its temporary files are gone then. */
  readonly ended: Promise<Ended>;
}

export interface ScriptOptions {
  readonly args?: readonly string[];
  /** MLFLOW_TRACKING_URI and what else the script is to know of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Killed after so many milliseconds. */
  readonly timeout?: number;
}

/** Starts a script of `test/fixtures/scripts` in an empty folder of its own, with none of the caller's MLflow settings. */
export async function startScript(client: Client, script: string, options: ScriptOptions): Promise<Running> {
  const python = await pythonOf(client);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-script-'));
  const reportFile = path.join(folder, 'report.json');
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('MLFLOW_'));
  const from = performance.now();
  const child = spawn(python, [path.join(scripts, `${script}.py`), ...(options.args ?? [])], {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      TMPDIR: folder,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONIOENCODING: 'utf-8',
      NO_PROXY: '127.0.0.1,localhost',
      OMP_NUM_THREADS: '1',
      // The client otherwise reports its use to a host on the internet.
      MLFLOW_DISABLE_TELEMETRY: 'true',
      REPORT: reportFile,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 110_000);
  const end = async (): Promise<Ended> => {
    await once(child, 'close');
    clearTimeout(timer);
    const seconds = (performance.now() - from) / 1000;
    const report = await readFile(reportFile, 'utf8').then(parseReport, (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    await rm(folder, { recursive: true, force: true });
    return { code: child.exitCode, signal: child.signalCode, ...text, seconds, report };
  };
  return { process: child, stdout: () => text.stdout, ended: end() };
}

/** Runs a script to its end. */
export async function runScript(client: Client, script: string, options: ScriptOptions): Promise<Ended> {
  return await (
    await startScript(client, script, options)
  ).ended;
}
