/**
 * Addresses of artifacts: `labbook:/<experiment's name>~<its id>/<run's name>~<its id>/<path of the artifact>`. The names are for people, who
 * see them above an editor; without them (`labbook:/<id>/<id>/…`), and with names of before, it is the same file. So an editor that is
 * restored after a reload finds it again, whatever port the server has and whatever was renamed.
 */
import { oneLine } from '../platform/text';

export interface ArtifactAddress {
  readonly experimentId: string;
  readonly runId: string;
  /** Relative to the run's artifact root, with `/`; '' is the root. */
  readonly path: string;
}

/** What people call the experiment and the run. */
export interface ArtifactNames {
  readonly experiment: string;
  readonly run: string;
}

/** The path of the address, not percent-encoded, as `vscode.Uri` wants it. */
export function toUriPath({ experimentId, runId, path }: ArtifactAddress, names?: ArtifactNames): string {
  const folders = [named(names?.experiment, experimentId), named(names?.run, runId)];
  return `/${folders.join('/')}${path === '' ? '' : `/${path}`}`;
}

/** The longest name that is shown. */
const longestName = 60;

function named(name: string | undefined, id: string): string {
  const shown = oneLine(name ?? '', longestName).replaceAll(/[/\\]+/g, '-');
  return shown === '' ? id : `${shown}~${id}`;
}

/** Ids have no `~`, so it is what follows the last one. */
function idOf(folder: string): string | undefined {
  return /(?:^|~)([\w-]+)$/.exec(folder)?.[1];
}

/** @returns undefined where the path names no run, or holds `.` or `..` */
export function fromUriPath(uriPath: string): ArtifactAddress | undefined {
  const [empty, experiment = '', run = '', ...rest] = uriPath.replace(/\/+$/, '').split('/');
  const experimentId = idOf(experiment);
  const runId = idOf(run);
  if (empty !== '' || experimentId === undefined || runId === undefined) {
    return undefined;
  }
  return rest.some((part) => part === '' || part === '.' || part === '..')
    ? undefined
    : { experimentId, runId, path: rest.join('/') };
}
