import { parseArtifactPath, parseArtifactUrl } from './paths';
import type { RunInfo } from '../../core/model';
import type { Store } from '../store/types';

/** Where new experiments' artifacts go: the proxy of the server that the client talks to. */
export const artifactRoot = 'mlflow-artifacts:';

/** The segments below the artifact root that a run's artifact URI stands for; see `segmentsOfUri`. */
export function segmentsOfRun(info: RunInfo): string[] | undefined {
  return segmentsOfUri(info.artifactUri);
}

/**
 * The segments below the artifact root that an artifact URI stands for.
 * @returns undefined where the artifacts are kept elsewhere (`s3://…`, `file:…`, a path)
 */
export function segmentsOfUri(uri: string): string[] | undefined {
  const match = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+([^?#]*)$/i.exec(uri);
  return match?.[1] === undefined ? undefined : parseArtifactUrl(match[1]);
}

/** The run whose artifact folder holds (or is, or is inside of) a place below the artifact root. */
export function runOfSegments(store: Store, segments: readonly string[]): string | undefined {
  return segments.find((segment) => {
    const info = /^[a-zA-Z0-9][\w-]{0,255}$/.test(segment) ? store.getRunInfo(segment) : undefined;
    const root = info && segmentsOfRun(info);
    return root?.every((each, i) => segments[i] === undefined || segments[i] === each);
  });
}

/** A folder inside a run's artifacts, from the `path` parameter of a request. */
export function parseRelative(path: string | undefined): string[] {
  return path === undefined ? [] : parseArtifactPath(path);
}
