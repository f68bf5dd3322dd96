import type { RunningServer } from '../../client/serverTypes';

/** A server of another version than the extension's own: it was started before an update, or by another editor. */
export interface OtherVersion {
  readonly server: string;
  readonly own: string;
}

/**
 * The versions, where they differ. Such a server is used as it is, since what it lacks has a way without it (`Info.capabilities`); a
 * restart takes the extension's own.
 */
export function otherVersion(server: RunningServer, own: string): OtherVersion | undefined {
  return server.version === own ? undefined : { server: server.version, own };
}
