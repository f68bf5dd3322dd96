import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { ApiError } from '../../core/errors';
import { hasBody } from '../http/errors';
import { noteReceived } from './bodyMemory';

/** When so many bytes wait for their reader, the client waits, too. */
const keptBytes = 512 * 1024;

/**
 * The body's chunks. Leaving early keeps the request usable, so that its error can still be answered.
 *
 * The request's own iterator would stop and start reading the socket for each of them, and join those that wait by copying them.
 * @throws ApiError BAD_REQUEST where the body breaks off
 */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  if (!hasBody(request)) {
    return;
  }
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let end: { readonly fault: Error | null | undefined } | undefined;
  let wake: () => void = () => undefined;
  const take = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    noteReceived(chunk.length);
    if (bytes >= keptBytes) {
      request.pause();
    }
    wake();
  };
  const forget = finished(request, { writable: false }, (fault) => {
    end = { fault };
    wake();
  });
  request.on('data', take);
  try {
    while (end === undefined || chunks.length > 0) {
      if (chunks.length === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const taken = chunks;
      chunks = [];
      bytes = 0;
      request.resume();
      for (const chunk of taken) {
        yield chunk;
      }
    }
  } finally {
    forget();
    request.off('data', take).pause();
  }
  if (end.fault) {
    throw new ApiError('BAD_REQUEST', 'The upload broke off; nothing was stored.', { cause: end.fault });
  }
  if (!request.complete) {
    throw new ApiError('BAD_REQUEST', 'The upload ended before its body was complete; nothing was stored.');
  }
}
