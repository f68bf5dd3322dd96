import { ApiError } from '../../core/errors';
import type { ArtifactFolder } from './artifactFolder';
import type { ArtifactStore } from './artifactStore';
import type { LocalFolders } from './localFolders';
import { segmentsOfUri } from './locations';

/** A folder of artifacts: below which root, and where there. */
export interface ArtifactPlace {
  readonly files: ArtifactFolder;
  readonly segments: readonly string[];
}

/** Where the server finds the artifacts of a run, a logged model or a model version, by their URI. */
export class ArtifactPlaces {
  constructor(
    readonly own: ArtifactStore,
    readonly local: LocalFolders,
  ) {}

  /**
   * Where below the store's own artifacts a URI is.
   * @returns undefined where it is elsewhere
   */
  ownSegments(uri: string): string[] | undefined {
    try {
      return segmentsOfUri(uri) ?? this.local.segmentsInStore(uri);
    } catch (error) {
      if (error instanceof ApiError) {
        return undefined;
      }
      throw error;
    }
  }

  /** True where there may be artifacts outside the store: of a folder of this machine that can be looked into it is known. */
  async mayHave(uri: string): Promise<boolean> {
    try {
      return (await (await this.local.read(uri))?.has([])) ?? true;
    } catch (error) {
      if (error instanceof ApiError) {
        return true;
      }
      throw error;
    }
  }

  /**
   * @param of whose artifacts these are, for the message: `run`, `model`, `model version`
   * @throws ApiError NOT_IMPLEMENTED where only clients can reach them (`s3://…`), PERMISSION_DENIED where they are in a folder of
   *   this machine that is not allowed
   */
  async find(uri: string, of: string): Promise<ArtifactPlace> {
    const segments = segmentsOfUri(uri);
    if (segments !== undefined) {
      return { files: this.own, segments };
    }
    const files = await this.local.read(uri);
    if (files === undefined) {
      throw elsewhere(uri, of);
    }
    return { files, segments: [] };
  }
}

/** The error for artifacts that the server does not keep. */
export function elsewhere(uri: string, of: string): ApiError {
  return new ApiError(
    'NOT_IMPLEMENTED',
    `The artifacts of this ${of} are kept at ${uri}, which Labbook's server does not read.`,
  );
}
