import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as chromium from '../../scripts/setup/chromium.mjs';
import type * as packaging from '../../scripts/package.mjs';
import type * as python from '../../scripts/setup/python.mjs';
import type * as running from '../../scripts/run.mjs';
import type * as servers from '../../scripts/servers.mjs';
import type * as terminal from '../../scripts/terminal.mjs';
import type * as workbench from '../../scripts/workbench.mjs';

/** The project's own scripts, loaded as they are and not bundled: they find the checkout by where they lie. */
const load = (name: string): Promise<unknown> => import(pathToFileURL(path.resolve('scripts', name)).href);

export const chromiumScript = async () => (await load('setup/chromium.mjs')) as typeof chromium;
export const packageScript = async () => (await load('package.mjs')) as typeof packaging;
export const pythonScript = async () => (await load('setup/python.mjs')) as typeof python;
export const runScript = async () => (await load('run.mjs')) as typeof running;
export const serversScript = async () => (await load('servers.mjs')) as typeof servers;
export const terminalScript = async () => (await load('terminal.mjs')) as typeof terminal;
export const workbenchScript = async () => (await load('workbench.mjs')) as typeof workbench;
