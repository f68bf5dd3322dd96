import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiError } from '../../core/errors';
import { checkArtifactLocation, decodeOnce } from '../../core/limits';
import { errnoOf } from '../http/errors';
import { ArtifactFolder, lstatOrNothing } from './artifactFolder';

/** What the extension calls the list of further folders; the command line says `--allow-artifacts`. */
const setting = 'labbook.server.artifactFolders';

export interface LocalFolderOptions {
  /** The store's folder, a real path. Of what is in it only the artifacts may be told apart by a location. */
  readonly store: string;
  /** Where relative locations start, and below which any folder may hold artifacts; undefined where there is none. */
  readonly workspace: string | undefined;
  /** Further folders below which artifacts may be kept. */
  readonly allowed: readonly string[];
}

/**
 * The folders of this machine that experiments may keep their artifacts in, and that the server reads them from. Clients write
 * there themselves, as with MLflow's own server; so a location elsewhere would make every client on this machine write wherever
 * the one says that made the experiment, and the server read from there.
 */
export class LocalFolders {
  constructor(private readonly options: LocalFolderOptions) {}

  /**
   * The location that an experiment gets: a relative path becomes an absolute one below the workspace, as MLflow's server makes
   * it one below its working folder; what is no path of this machine (`s3://…`, `mlflow-artifacts:/…`) stays as it is.
   * @throws ApiError INVALID_PARAMETER_VALUE for a path that is not allowed, with what would allow it
   */
  async admit(location: string): Promise<string> {
    checkArtifactLocation(location);
    const local = localText(location);
    if (local === undefined) {
      return location;
    }
    if (/[?;]/.test(location)) {
      throw refused(location, "contains '?' or ';'");
    }
    const { workspace } = this.options;
    if (!path.isAbsolute(local) && workspace === undefined) {
      throw refused(
        location,
        'is relative, and there is no workspace folder that it could start at (open a folder, or start the server with ' +
          '--workspace DIR)',
      );
    }
    const absolute = path.resolve(workspace ?? path.sep, local);
    const place = await realPlace(absolute);
    if (place === undefined) {
      throw refused(location, 'cannot be followed: a link leads nowhere, or something that is no folder is in the way');
    }
    if (!(await this.isAllowed(place))) {
      throw refused(location, `is ${describe(absolute, place)}, ${notAllowed(workspace)}`);
    }
    // The path of the workspace may be in it now.
    return checkArtifactLocation(
      /^file:\//i.test(location) ? location : asLocation(absolute, /^file:/i.test(location)),
    );
  }

  /**
   * The files of an artifact URI that is a path of this machine, to be read.
   * @returns undefined for any other URI
   * @throws ApiError PERMISSION_DENIED for a path that is not allowed (any more)
   */
  async read(uri: string): Promise<ArtifactFolder | undefined> {
    const local = localText(uri);
    if (local === undefined) {
      return undefined;
    }
    const place = path.isAbsolute(local) ? await realPlace(local) : undefined;
    if (place === undefined || !(await this.isAllowed(place))) {
      throw new ApiError(
        'PERMISSION_DENIED',
        `The artifacts are kept at ${uri}: ${notAllowed(this.options.workspace)}.`,
      );
    }
    return new ArtifactFolder(place);
  }

  /** Where below the store's artifacts a path of this machine is, as it is written; undefined where it is elsewhere. */
  segmentsInStore(uri: string): string[] | undefined {
    const local = localText(uri);
    const artifacts = path.join(this.options.store, 'artifacts');
    return local !== undefined && path.isAbsolute(local) && isInside(artifacts, path.normalize(local))
      ? path
          .relative(artifacts, path.normalize(local))
          .split(path.sep)
          .filter((each) => each !== '')
      : undefined;
  }

  private async isAllowed(place: string): Promise<boolean> {
    const { store, workspace, allowed } = this.options;
    if (isInside(path.join(store, 'artifacts'), place)) {
      return true;
    }
    // A store inside the workspace holds the token.
    if (isInside(store, place)) {
      return false;
    }
    for (const each of workspace === undefined ? allowed : [workspace, ...allowed]) {
      const root = await realPlace(path.resolve(each));
      if (root !== undefined && isInside(root, place)) {
        return true;
      }
    }
    return false;
  }
}

/**
 * The path that an artifact location means to MLflow's clients, which percent-decode plain paths too (`local_file_uri_to_path`).
 * @returns undefined where it is no path of this machine
 */
function localText(location: string): string | undefined {
  const scheme = /^([a-zA-Z][\w+.-]*):/.exec(location)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'file') {
    return undefined;
  }
  const text = unquote(location.replace(/^file:(?:\/\/(?=\/))?/i, ''));
  return process.platform === 'win32' ? text.replace(/^\/(?=[a-zA-Z]:)/, '') : text;
}

/** The location that means a path. */
function asLocation(absolute: string, asUri: boolean): string {
  if (asUri || process.platform === 'win32') {
    return pathToFileURL(absolute).href;
  }
  return unquote(absolute) === absolute ? absolute : absolute.replaceAll('%', '%25');
}

/** Python's `unquote`, but for bytes that are no UTF-8, which stay as they are. */
function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeOnce);
}

/**
 * Where a path really is, links followed as far as it exists.
 * @returns undefined where a link leads nowhere or in a circle, or something that is no folder is in the way
 */
async function realPlace(at: string): Promise<string | undefined> {
  const rest: string[] = [];
  for (let each = at; ; each = path.dirname(each)) {
    try {
      const real = await realpath(each);
      return (await stat(real)).isDirectory() ? path.join(real, ...rest) : undefined;
    } catch (error) {
      const code = errnoOf(error);
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || (await lstatOrNothing(each)) !== undefined) {
        return undefined;
      }
    }
    if (path.dirname(each) === each) {
      return undefined;
    }
    rest.unshift(path.basename(each));
  }
}

function isInside(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative === '' || !(path.isAbsolute(relative) || /^\.\.(?:[/\\]|$)/.test(relative));
}

function describe(absolute: string, place: string): string {
  return absolute === place ? absolute : `${absolute}, which leads to ${place}`;
}

function notAllowed(workspace: string | undefined): string {
  const inside = workspace === undefined ? 'outside' : `outside the workspace ${workspace} and`;
  return (
    `${inside} the artifacts of Labbook's store. To allow it, add the folder to the setting ${setting} (of a server that was ` +
    'started by hand: --allow-artifacts DIR) and start the server again'
  );
}

function refused(location: string, why: string): ApiError {
  const shown = location.length > 200 ? `${location.slice(0, 200)}…` : location;
  return new ApiError('INVALID_PARAMETER_VALUE', `Invalid artifact location: '${shown}': it ${why}.`);
}
