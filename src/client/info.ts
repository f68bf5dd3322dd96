import { extrasPrefix, type Capability, type Info } from '../protocol/extras';
import { readFields, readInt64, readList, readText } from '../protocol/wire';
import type { HttpClient } from './http';
import { RequestError } from './requestError';
import type { CallOptions } from './types';

const capabilities: readonly string[] = [
  'events',
  'series',
  'slots',
  'shutdown',
  'table',
  'purge',
  'liveness',
] satisfies Capability[];

/**
 * What Labbook's server says of itself.
 * @returns undefined where the server is another one: it has no such path, or answers something else (a web page, say)
 * @throws RequestError where it cannot be reached or does not let us in
 */
export async function readInfo(http: HttpClient, options: CallOptions = {}): Promise<Info | undefined> {
  try {
    const answer = await http.json({ method: 'GET', path: `${extrasPrefix}/info`, read: true, ...options });
    return infoFrom(answer);
  } catch (error) {
    const isOther =
      error instanceof RequestError &&
      (error.failure === 'malformed' ||
        (error.failure === 'status' && [400, 404, 405, 501].includes(error.status ?? 0)));
    if (isOther) {
      return undefined;
    }
    throw error;
  }
}

function infoFrom(answer: unknown): Info | undefined {
  try {
    const fields = readFields(answer, 'info');
    return {
      version: readText(fields, 'version'),
      // A newer server may know more.
      capabilities: readList(fields, 'capabilities', String).filter(isCapability),
      store: readText(fields, 'store'),
      pid: Number(readInt64(fields, 'pid')),
      revision: Number(readInt64(fields, 'revision')),
      read_only: fields['read_only'] === true,
    };
  } catch {
    return undefined;
  }
}

function isCapability(name: string): name is Capability {
  return capabilities.includes(name);
}
