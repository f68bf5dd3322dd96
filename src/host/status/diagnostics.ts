/** What `Labbook: Show Diagnostics` tells, as a pure function: facts for a report of a problem, without secrets. */
import { formatBytes } from '../../core/format';

export interface Diagnostics {
  readonly time: Date;
  readonly extensionVersion: string;
  readonly editor: string;
  readonly platform: string;
  readonly remoteName: string | undefined;
  readonly isTrusted: boolean;
  readonly serverState: string;
  readonly server:
    | {
        readonly url: string;
        readonly pid: number;
        readonly version: string;
        readonly revision: number;
        readonly isReadOnly: boolean;
      }
    | undefined;
  readonly storePath: string;
  /** Bytes by part of the store; undefined where it could not be read. */
  readonly sizes: ReadonlyMap<string, { readonly files: number; readonly bytes: number; readonly isWhole: boolean }>;
  readonly counts: { readonly experiments: number; readonly runs: number; readonly running: number };
  /** Settings that differ from their defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Newest last. */
  readonly lastErrors: readonly string[];
}

/** Markdown in English: it is for whoever helps. `secrets` are taken out wherever they stand. */
export function diagnosticsText(facts: Diagnostics, secrets: readonly string[]): string {
  const { server } = facts;
  const lines = [
    '# Labbook diagnostics',
    '',
    `- Made: ${facts.time.toISOString()}`,
    `- Labbook: ${facts.extensionVersion}`,
    `- Editor: ${facts.editor}`,
    `- System: ${facts.platform}${facts.remoteName === undefined ? '' : `, remote ${facts.remoteName}`}`,
    `- Workspace trusted: ${facts.isTrusted ? 'yes' : 'no'}`,
    '',
    '## Server',
    '',
    `- State: ${facts.serverState}`,
    ...(server === undefined
      ? []
      : [
          `- Address: ${server.url}`,
          `- Process: ${server.pid}`,
          `- Version: ${server.version}`,
          `- Revision when this window connected: ${server.revision}`,
          `- Read-only: ${server.isReadOnly ? 'yes' : 'no'}`,
        ]),
    '',
    '## Store',
    '',
    `- Folder: ${facts.storePath}`,
    ...[...facts.sizes].map(
      ([part, { files, bytes, isWhole }]) =>
        `- ${part}: ${isWhole ? '' : 'more than '}${formatBytes(bytes)} in ${isWhole ? '' : 'more than '}${files} ${files === 1 ? 'file' : 'files'}`,
    ),
    `- Read by this window: ${facts.counts.experiments} experiments, ${facts.counts.runs} runs, ${facts.counts.running} running`,
    '',
    '## Settings that differ from their defaults',
    '',
    ...orNone(Object.entries(facts.settings).map(([id, value]) => `- \`${id}\`: \`${JSON.stringify(value)}\``)),
    '',
    '## Last warnings and errors',
    '',
    ...orNone(facts.lastErrors.map((line) => `    ${line}`)),
    '',
  ];
  return withoutSecrets(lines.join('\n'), secrets);
}

/** Replaces secrets, and whatever looks like one: bearer tokens, and user info in addresses. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 8);
  const cleaned = known.reduce((rest, secret) => rest.replaceAll(secret, '[removed]'), text);
  return cleaned
    .replace(/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, '$1 [removed]')
    .replace(/([a-z][\w+.-]*:\/\/)[^\s/@]*@/gi, '$1[removed]@')
    .replace(/((?:token|password|secret)["']?\s*[:=]\s*["']?)[\w+/=.~-]{8,}/gi, '$1[removed]');
}

/** The last lines of a log of VS Code that tell of warnings and errors. */
export function problemsIn(log: string, limit = 20): string[] {
  return log
    .split(/\r?\n/)
    .filter((line) => /\[(error|warning)\]/.test(line))
    .slice(-limit)
    .map((line) => line.slice(0, 500));
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['None.'];
}
