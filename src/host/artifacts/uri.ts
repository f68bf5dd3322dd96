/**
 * Addresses of artifacts: `labbook:/<experiment id>/<run id>/<path of the artifact>`. Only ids and the path, so an editor that
 * is restored after a reload finds the file again whatever port the server has.
 */
export interface ArtifactAddress {
  readonly experimentId: string;
  readonly runId: string;
  /** Relative to the run's artifact root, with `/`; '' is the root. */
  readonly path: string;
}

/** The path of the address, not percent-encoded, as `vscode.Uri` wants it. */
export function toUriPath({ experimentId, runId, path }: ArtifactAddress): string {
  return `/${experimentId}/${runId}${path === '' ? '' : `/${path}`}`;
}

/** @returns undefined where the path names no run, or holds `.` or `..` */
export function fromUriPath(uriPath: string): ArtifactAddress | undefined {
  const [empty, experimentId = '', runId = '', ...rest] = uriPath.replace(/\/+$/, '').split('/');
  const ids = /^[\w-]+$/;
  if (empty !== '' || !ids.test(experimentId) || !ids.test(runId)) {
    return undefined;
  }
  return rest.some((part) => part === '' || part === '.' || part === '..')
    ? undefined
    : { experimentId, runId, path: rest.join('/') };
}
