import type { IncomingMessage, ServerResponse } from 'node:http';
import { nextTurn } from '../turns';

/** A body of which less is to come is left to Node; bytes. */
const least = 4 * 1024 * 1024;

/**
 * Lets what is to come of a long body go from the connection to the request without Node's HTTP parser, which copies it, a tenth of what
 * the processor does for an upload. The parser then does not know where the next request would begin: the answer is the connection's last.
 * To be called before anything of the body is read. Does nothing where the body has no length, is short, or is here already; otherwise the
 * request goes on as ever: its stream flows and waits, ends with the body's last byte, and breaks off as the connection does.
 * @returns when it is decided
 */
export async function passAroundParser(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  if (!isLong(request)) {
    return;
  }
  // The parser may be in the middle of what it was given last.
  await nextTurn();
  if (!socket.isPaused()) {
    pass(request, response);
    return;
  }
  // Only Node's own listener for this event makes a connection read again that Node's parser made pause. It comes first.
  await new Promise<void>((resolve) => {
    socket.once('resume', () => {
      pass(request, response);
      resolve();
    });
    socket.resume();
  });
}

/** Bytes that are still to come; NaN where that is not known. */
function toCome(request: IncomingMessage): number {
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  return isChunked ? NaN : Number(request.headers['content-length'] ?? NaN) - request.readableLength;
}

function isLong(request: IncomingMessage): boolean {
  return toCome(request) >= least && !request.complete && !request.destroyed && !request.readableDidRead;
}

function pass(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  // The parser's, or what stands before it.
  if (!isLong(request) || socket.isPaused() || socket.listenerCount('data') !== 1) {
    return;
  }
  let left = toCome(request);
  response.shouldKeepAlive = false;
  socket.removeAllListeners('data');
  socket.on('data', (chunk: Buffer) => {
    const isWelcome = request.push(chunk.length > left ? chunk.subarray(0, left) : chunk);
    left -= chunk.length;
    if (left <= 0) {
      // The parser waits for more: that nothing comes is no fault any more.
      socket.removeAllListeners('data').removeAllListeners('end').resume();
      request.complete = true;
      request.push(null);
    } else if (!isWelcome) {
      // It goes on when the request is read.
      socket.pause();
    }
  });
}
