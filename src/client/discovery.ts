import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../core/json';
import type { Discovery } from '../protocol/extras';
import { readFields, readInt64, readText } from '../protocol/wire';
import { HttpClient } from './http';
import { readInfo } from './info';
import type { RunningServer } from './serverTypes';

/** A server of this machine answers within this time, or it is busy to death. */
const probeTimeout = 5_000;

/** Of `server.json`; a longer file is not one. */
const fileLimit = 65_536;

/**
 * Reads `<store>/server.json`.
 * @returns undefined where there is none or it is not one: torn, of another form, or with an address that is not this machine
 */
export async function readDiscovery(storeFolder: string): Promise<Discovery | undefined> {
  try {
    const text = await readFile(path.join(storeFolder, 'server.json'), 'utf8');
    const fields = readFields(parseJson(text.slice(0, fileLimit)), 'server.json');
    const discovery = {
      pid: Number(readInt64(fields, 'pid')),
      url: readText(fields, 'url'),
      token: readText(fields, 'token'),
      version: readText(fields, 'version'),
    };
    const isOurs =
      discovery.pid > 0 &&
      /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(discovery.url) &&
      /^[\x21-\x7e]+$/.test(discovery.token);
    return isOurs ? discovery : undefined;
  } catch {
    return undefined;
  }
}

/** The store's token, which servers keep in `<store>/token`; undefined where there is none. */
export async function readToken(storeFolder: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path.join(storeFolder, 'token'), 'utf8')).trim();
    return /^[\w-]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server of a store, if one really answers: with the token, and for this store. A leftover `server.json`, also one whose
 * port is another program's by now, is as good as none.
 */
export async function findServer(storeFolder: string, signal?: AbortSignal): Promise<RunningServer | undefined> {
  const discovery = await readDiscovery(storeFolder);
  return discovery && probe(storeFolder, discovery, signal);
}

/** Asks the server at an address whether it is the store's. Throws nothing but what `signal` is aborted with. */
export async function probe(
  storeFolder: string,
  { url, token }: Pick<Discovery, 'url' | 'token'>,
  signal?: AbortSignal,
): Promise<RunningServer | undefined> {
  signal?.throwIfAborted();
  const address = { url, token };
  const http = new HttpClient(address);
  try {
    const info = await readInfo(http, { timeout: probeTimeout, ...(signal ? { signal } : {}) });
    return info && (await isSameFolder(info.store, storeFolder))
      ? { address, pid: info.pid, version: info.version, info, started: false }
      : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  } finally {
    http.dispose();
  }
}

async function isSameFolder(a: string, b: string): Promise<boolean> {
  if (path.resolve(a) === path.resolve(b)) {
    return true;
  }
  const [realA, realB] = await Promise.all([realpath(a), realpath(b)]);
  return process.platform === 'win32' ? realA.toLowerCase() === realB.toLowerCase() : realA === realB;
}
