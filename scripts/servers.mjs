// Finds and ends the tracking servers that workbenches of these scripts left running: they are detached on purpose.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The `server.json` files in a workbench's user data: one per workspace whose storage has a store. */
export function discoveryFiles(userData) {
  const storage = path.join(userData, 'User', 'workspaceStorage');
  if (!existsSync(storage)) {
    return [];
  }
  return readdirSync(storage, { recursive: true })
    .filter((name) => path.basename(name) === 'server.json' && name.includes('labbook.labbook'))
    .map((name) => path.join(storage, name));
}

/** @returns `{pid, url, token, version}` or undefined where the file is gone or half written */
export function readDiscovery(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function isServer(url) {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    return answer.ok && (await answer.text()) === 'OK';
  } catch {
    return false;
  }
}

/** Ends the servers of a workbench and waits until their discovery files are gone. Limit: 10 s each. */
export async function endServers(userData) {
  for (const file of discoveryFiles(userData)) {
    await endServer(file);
  }
}

/** Ends the server of which a file tells, if there is one, and waits until the file is gone. Limit: 10 s. */
export async function endServer(file) {
  const discovery = readDiscovery(file);
  // A stale file's process id may be another program's by now.
  if (discovery === undefined || !(await isServer(discovery.url))) {
    return;
  }
  process.kill(discovery.pid, 'SIGTERM');
  const until = performance.now() + 10_000;
  while (existsSync(file) && performance.now() < until) {
    await delay(50);
  }
}
