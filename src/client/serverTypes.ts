import type { Info } from '../protocol/extras';
import type { ServerAddress } from './types';

/** A built-in server that answers. */
export interface RunningServer {
  readonly address: ServerAddress;
  readonly pid: number;
  readonly version: string;
  readonly info: Info;
  /** True where this call started it, false where it was found running. */
  readonly started: boolean;
}

export interface ServerOptions {
  readonly storeFolder: string;
  /** `dist/labbook.cjs`. */
  readonly cliPath: string;
  /** Default `process.execPath`: the extension host's own Electron, which runs as Node. */
  readonly execPath?: string;
  /** The port that is tried first; without it the server prefers 5000. */
  readonly preferPort?: number;
  /** Minutes without windows, running runs and requests after which the server ends itself. */
  readonly idleExitMinutes: number;
  /** Folders of the workspace, absolute: relative artifact locations start at the first, and artifacts may be kept below all. */
  readonly workspaceFolders?: readonly string[];
  /** Further folders, absolute, that experiments may keep their artifacts in. */
  readonly artifactFolders?: readonly string[];
  /** Whether a server that is started answers every write with 403. One that is found may do otherwise, see `Info.read_only`. */
  readonly readOnly?: boolean;
  readonly signal?: AbortSignal;
  /** Told what is being done, for a progress message in the user's language. */
  readonly onProgress?: (phase: ServerPhase) => void;
}

/** What takes time on the way to a server; `waiting`: another window started it. */
export type ServerPhase = 'starting' | 'waiting';
