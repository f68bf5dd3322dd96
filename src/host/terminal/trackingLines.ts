/** The ways to point a script, a notebook or a shell to the tracking server, as texts. Pure. */
import type { ServerAddress } from '../../client/types';
import { trackingEnvironment } from './environment';

/** Shells and files whose way to set variables is known. */
export const variableForms = ['posix', 'fish', 'powershell', 'cmd', 'env'] as const;
export type VariableForm = (typeof variableForms)[number];

/** Lines that set the variables in a shell. They hold the token. */
export function variableLines(form: VariableForm, address: ServerAddress): string {
  return Object.entries(trackingEnvironment(address))
    .map(([name, value]) => {
      switch (form) {
        case 'posix':
          return `export ${name}='${value}'`;
        case 'fish':
          return `set -gx ${name} '${value}'`;
        case 'powershell':
          return `$env:${name} = '${value}'`;
        case 'cmd':
          return `set "${name}=${value}"`;
        case 'env':
          return `${name}=${value}`;
      }
    })
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * Two lines of Python for a notebook or a script that starts elsewhere. They hold no secret: address and token are read from the
 * store's `server.json`, so they stay right when the port changes, and may be committed.
 */
export function pythonLines(storePath: string): string {
  const file = JSON.stringify(`${storePath.replaceAll('\\', '/')}/server.json`);
  return [
    `import json, os, mlflow; labbook = json.load(open(${file}))`,
    'os.environ["MLFLOW_TRACKING_TOKEN"] = labbook["token"]; mlflow.set_tracking_uri(labbook["url"])',
    '',
  ].join('\n');
}

/** The text of an env file with the variables set: those that it has are replaced where they stand, others follow at the end. */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.replace(/(\r?\n)+$/, '').split(/\r?\n/);
  const missing = new Map(Object.entries(variables));
  const result = lines.map((line) => {
    const [, before = '', name = ''] = /^(\s*(?:export\s+)?)([A-Za-z_]\w*)\s*=/.exec(line) ?? [];
    const value = variables[name];
    if (value === undefined) {
      return line;
    }
    missing.delete(name);
    return `${before}${name}=${value}`;
  });
  for (const [name, value] of missing) {
    result.push(`${name}=${value}`);
  }
  return result.map((line) => `${line}${newline}`).join('');
}

/** Whether a `.gitignore` names `.env` in its own right, in one of the usual ways. */
export function ignoresEnvFile(gitignore: string): boolean {
  const lines = gitignore.split(/\r?\n/).map((line) => line.trim());
  return (
    lines.some((line) => ['.env', '/.env', '.env*', '*.env', '**/.env'].includes(line)) && !lines.includes('!.env')
  );
}
