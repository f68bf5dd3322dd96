import { artifactRoot } from './artifacts/locations';
import { copyArtifacts, runsWithArtifacts } from './artifacts/copyArtifacts';
import { checkStore, type Finding } from './store/check';
import { repairStore } from './store/repair';

/** Exit codes of `check` and `repair`; 2 is that of a command line which cannot be understood. */
export const exitCodes = { fine: 0, damaged: 1, notDone: 3 } as const;

/** What a command of the command line says, and its exit code. */
export interface Outcome {
  readonly text: string;
  readonly code: typeof exitCodes.fine | typeof exitCodes.damaged;
}

export interface CheckOptions {
  store: string;
  /** One JSON object instead of lines for people. */
  json: boolean;
}

export interface RepairCommandOptions extends CheckOptions {
  to: string;
}

/**
 * `labbook check`: reads all of a store's files. Exit code 1 where something is damaged.
 * @throws Error in words for people where it could not be done: no store there, or a server has it open
 */
export async function check({ store, json }: CheckOptions): Promise<Outcome> {
  const report = await checkStore(store);
  const damaged = report.findings.filter(({ severity }) => severity === 'damage');
  const code = damaged.length === 0 ? exitCodes.fine : exitCodes.damaged;
  if (json) {
    return { text: `${JSON.stringify({ ok: code === exitCodes.fine, ...report }, undefined, 2)}\n`, code };
  }
  const size = `${report.files} files, ${report.bytes} bytes`;
  const verdict =
    code === exitCodes.fine
      ? `The store ${report.folder} is sound (${size}).`
      : `The store ${report.folder} is damaged in ${counted(damaged.length, 'place')} (${size}). Nothing was changed. ` +
        `labbook repair --store "${report.folder}" --to NEWDIR saves the rest into a new store.`;
  return { text: `${[...report.findings.map(line), verdict].join('\n')}\n`, code };
}

/**
 * `labbook repair`: makes a new store of what can be read. Exit code 1 where something could not be.
 * @throws Error in words for people
 */
export async function repair({ store, to, json }: RepairCommandOptions): Promise<Outcome> {
  const known = await runsWithArtifacts(store, artifactRoot);
  const report = await repairStore({ folder: store, to, artifactRoot, runsWithArtifacts: known });
  const files = await copyArtifacts(store, report.folder);
  const notCopied = files.map(({ file, why }): Finding => ({ severity: 'damage', file, offset: 0, what: why }));
  const lost = [...report.lost, ...notCopied];
  const code = lost.length === 0 ? exitCodes.fine : exitCodes.damaged;
  if (json) {
    return { text: `${JSON.stringify({ ok: code === exitCodes.fine, ...report, lost }, undefined, 2)}\n`, code };
  }
  const { folder, experiments, runs, points } = report;
  const verdict =
    `The new store ${folder} has ${counted(experiments, 'experiment')}, ${counted(runs, 'run')}, ${counted(points, 'point')}. ` +
    (code === exitCodes.fine
      ? 'Nothing is missing.'
      : `What is listed above as damage (${lost.length}) could not be recovered, or not surely.`) +
    ` The old one was left as it is.`;
  return { text: `${[...[...report.mended, ...lost].map(line), verdict].join('\n')}\n`, code };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function line({ severity, file, offset, what }: Finding): string {
  return `${severity}: ${file}, offset ${offset}: ${what}`;
}
