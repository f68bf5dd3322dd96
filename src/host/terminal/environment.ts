import type { ServerAddress } from '../../client/types';
import type { ServerState } from '../platform/connection';

export const uriVariable = 'MLFLOW_TRACKING_URI';
export const tokenVariable = 'MLFLOW_TRACKING_TOKEN';

/** What MLflow's clients need to log to this server without any set-up. The address holds no secret; the token is one. */
export function trackingEnvironment(address: ServerAddress): Record<string, string> {
  return {
    [uriVariable]: address.url,
    ...(address.token === undefined ? {} : { [tokenVariable]: address.token }),
  };
}

/**
 * Where new terminals log. While the server starts that is where it is expected, so that a terminal which opens in the first second is as good
 * as any: an address that turns out to be another one is set right a moment later.
 * @returns undefined where terminals are left as they are
 */
export async function addressFor(
  state: ServerState,
  expected: () => Promise<ServerAddress | undefined>,
): Promise<ServerAddress | undefined> {
  switch (state.kind) {
    case 'ready':
      return state.session.server.address;
    case 'starting':
      // One that was lost comes back where it was, and terminals have that.
      return state.phase === 'lost' ? undefined : expected();
    case 'off':
    case 'failed':
    case 'stopped':
      return undefined;
  }
}

/** Debuggers that start a program with the variables of `env`. */
const debugTypes = new Set(['debugpy', 'python', 'node', 'pwa-node', 'node-terminal']);

interface DebugConfiguration {
  readonly type: string;
  readonly request?: string;
  readonly env?: unknown;
  readonly envFile?: unknown;
}

/** Whether an env file's text sets a variable (`NAME=…`, `export NAME=…`). */
export function setsVariable(envFile: string, name: string): boolean {
  return envFile.split(/\r?\n/).some(
    (line) =>
      line
        .trim()
        .replace(/^export\s+/, '')
        .split('=')[0]
        ?.trim() === name,
  );
}

/**
 * A debug configuration with the tracking environment added: only for programs that take variables, and not where the user
 * chose a tracking server, in `env` or in the text of the `envFile`. The user's own variables always win.
 */
export function withTracking<T extends DebugConfiguration>(
  configuration: T,
  environment: Readonly<Record<string, string>>,
  envFileText: string | undefined,
): T {
  const { env } = configuration;
  const own = typeof env === 'object' && env !== null ? (env as Record<string, unknown>) : {};
  const chosen = uriVariable in own || (envFileText !== undefined && setsVariable(envFileText, uriVariable));
  if (!debugTypes.has(configuration.type) || configuration.request === 'attach' || chosen) {
    return configuration;
  }
  return { ...configuration, env: { ...environment, ...own } };
}
