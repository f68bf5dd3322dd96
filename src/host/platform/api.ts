import type { Connection } from './connection';

/** What other extensions, and tests, get from Labbook. */
export interface LabbookApi {
  /** Where the tracking server is, as soon as it answers. Rejects with the reason where it will not. */
  ready(): Promise<{ url: string; token: string; storePath: string }>;
}

export function apiOf(connection: Connection): LabbookApi {
  return {
    ready: async () => {
      const { server } = await connection.ready();
      const { url, token = '' } = server.address;
      return { url, token, storePath: server.info.store };
    },
  };
}
