import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * Bytes of bodies between two collections. More than are on their way at a time (`keptBytes`, `batchBytes` and `batchesAtOnce`), or what is
 * alive at two of them would move to the old generation and stay there; and so few that V8's own limit is not reached, which is some
 * 16 MB above the heap once a server has been idle for a while.
 */
const bytesBetween = 4 * 1024 * 1024;

let bytes = 0;
let collect: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Has V8 let go of what bodies left in memory, every few megabytes. The buffers of a connection are outside of its heap, where the young
 * generation is not collected for them: at 64 MB V8 goes through the whole heap instead, with helpers on the other cores, several
 * times an upload. They are all young, so that looking there is enough.
 * @param received bytes that came now
 */
export function noteReceived(received: number): void {
  bytes += received;
  if (bytes < bytesBetween) {
    return;
  }
  bytes = 0;
  if (collect === undefined) {
    // Makes nothing else different: contexts that are made from here on have a function more.
    v8.setFlagsFromString('--expose-gc');
    const found: unknown = vm.runInNewContext('typeof gc === "function" ? gc : () => undefined');
    collect = isCollect(found) ? found : () => undefined;
  }
  collect({ type: 'minor' });
}

function isCollect(found: unknown): found is (options: { type: 'minor' }) => void {
  return typeof found === 'function';
}
