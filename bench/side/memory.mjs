// Memory of the server's processes after all the other measurements.
import { memoryOf } from '../lib/servers.mjs';

export const figures = [{ id: 'memory', title: 'memory after all that', unit: 'MB', better: 'less', wanted: 10 }];

export function measure(server) {
  return { memory: (memoryOf(server.pid) ?? NaN) / 1e6 };
}
