import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from './log';
import type { CheckOptions, RepairCommandOptions } from './maintenance';

export interface ServeOptions {
  store: string;
  /** 0 is any free port; undefined prefers 5000. */
  port: number | undefined;
  preferPort: number | undefined;
  /** Minutes without use after which the server ends itself; undefined never. */
  idleExit: number | undefined;
  allowHosts: string[];
  /** Absolute; where relative artifact locations start. */
  workspace: string | undefined;
  /** Absolute; further folders that experiments may keep artifacts in. */
  allowArtifacts: string[];
  /** Whether every write is answered with 403. */
  readOnly: boolean;
}

export type Command =
  | { kind: 'serve'; options: ServeOptions }
  | { kind: 'check'; options: CheckOptions }
  | { kind: 'repair'; options: RepairCommandOptions }
  | { kind: 'version' }
  | { kind: 'help' };

/** A command line that cannot be understood; the message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const helpText = `Labbook: experiment tracking for the ordinary mlflow client.

Usage:
  labbook serve --store DIR [options]       serve the store in DIR (made when it is not there)
  labbook check --store DIR [--json]        verify every file of a store that no server has open
  labbook repair --store DIR --to NEWDIR [--json]
                                            save what can be read of a damaged store into a new one
  labbook --version
  labbook --help

Options of serve:
  --port N              listen on this port of 127.0.0.1 and ::1; 0 takes any free one.
                        Without it: 5000, MLflow's default, or a free one where that is taken
  --prefer-port N       try this port before 5000
  --idle-exit MINUTES   end when no window is attached, no run is active and nothing was asked for that long
  --allow-host NAME     also answer requests that name this host (may be repeated)
  --workspace DIR       where relative artifact locations start, and below which experiments may keep their artifacts.
                        Without it: the working folder
  --allow-artifacts DIR experiments may keep their artifacts below this folder, too (may be repeated)
  --read-only           answer every write with 403 (PERMISSION_DENIED)

Scripts want the token that serve keeps in DIR/token:
  export MLFLOW_TRACKING_URI=http://127.0.0.1:5000 MLFLOW_TRACKING_TOKEN="$(cat DIR/token)"

check and repair change nothing in DIR. Each damage, and each thing that could not be recovered, is a line with its file and
offset; --json prints one JSON object instead. They end with
  0  when all is well
  1  when something is damaged, or could not be recovered
  2  when the command line cannot be understood
  3  when it could not be done: there is no store, a server has it open, the disk is full
`;

/**
 * What to type in another shell so that scripts there log to a server: without the token itself, which terminals and their logs keep.
 * @param folder the store's, absolute
 */
export function scriptLine(url: string, folder: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const token = `(Get-Content -LiteralPath ${quoted(path.win32.join(folder, 'token'))})`;
    return `$env:MLFLOW_TRACKING_URI = ${quoted(url)}; $env:MLFLOW_TRACKING_TOKEN = ${token}`;
  }
  const quoted = path.posix.join(folder, 'token').replaceAll("'", "'\\''");
  return `export MLFLOW_TRACKING_URI=${url} MLFLOW_TRACKING_TOKEN="$(cat '${quoted}')"`;
}

/** @throws UsageError */
export function readCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    return { kind: 'help' };
  }
  if (values.version === true) {
    return { kind: 'version' };
  }
  const [command, ...rest] = positionals;
  if (command === undefined || !isCommand(command) || rest.length > 0) {
    throw new UsageError(command === undefined ? 'Say what to do.' : `Unknown command: ${positionals.join(' ')}.`);
  }
  const { store, to, json = false } = values;
  if (store === undefined || store === '') {
    throw new UsageError(`${command} needs --store DIR.`);
  }
  const foreign = Object.keys(values).find((name) => !optionsOf[command].includes(name));
  if (foreign !== undefined) {
    throw new UsageError(`${command} does not take --${foreign}.`);
  }
  if (command === 'check') {
    return { kind: command, options: { store, json } };
  }
  if (command === 'repair') {
    if (to === undefined || to === '') {
      throw new UsageError('repair needs --to NEWDIR, a folder for the new store.');
    }
    return { kind: command, options: { store, to, json } };
  }
  return {
    kind: 'serve',
    options: {
      store,
      port: readNumber('port', values.port, 0, 65_535),
      preferPort: readNumber('prefer-port', values['prefer-port'], 1, 65_535),
      idleExit: readMinutes(values['idle-exit']),
      allowHosts: (values['allow-host'] ?? []).map(readHost),
      workspace: values.workspace === undefined ? undefined : readFolder('workspace', values.workspace),
      allowArtifacts: (values['allow-artifacts'] ?? []).map((each) => readFolder('allow-artifacts', each)),
      readOnly: values['read-only'] ?? false,
    },
  };
}

const optionsOf = {
  serve: ['store', 'port', 'prefer-port', 'idle-exit', 'allow-host', 'workspace', 'allow-artifacts', 'read-only'],
  check: ['store', 'json'],
  repair: ['store', 'to', 'json'],
};

function isCommand(name: string): name is keyof typeof optionsOf {
  return Object.hasOwn(optionsOf, name);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        store: { type: 'string' },
        port: { type: 'string' },
        'prefer-port': { type: 'string' },
        'idle-exit': { type: 'string' },
        'allow-host': { type: 'string', multiple: true },
        to: { type: 'string' },
        json: { type: 'boolean' },
        workspace: { type: 'string' },
        'allow-artifacts': { type: 'string', multiple: true },
        'read-only': { type: 'boolean' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function readNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = Number(text);
  if (!/^\d{1,7}$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} wants a whole number from ${min} to ${max}, not '${text}'.`);
  }
  return value;
}

function readMinutes(text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(text) || Number(text) === 0) {
    throw new UsageError(`--idle-exit wants a number of minutes above 0, not '${text}'.`);
  }
  return Number(text);
}

function readHost(name: string): string {
  if (!/^(?:[\w.-]+|\[[\da-fA-F:.]+\])$/.test(name)) {
    throw new UsageError(`--allow-host wants a host name without a port, not '${name}'.`);
  }
  return name;
}

function readFolder(name: string, folder: string): string {
  if (folder === '') {
    throw new UsageError(`--${name} wants a folder.`);
  }
  return path.resolve(folder);
}
