// Child processes for the scripts: with a limit, an own process group, a log file, and one line per step.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const posix = process.platform !== 'win32';
/** Children that still run; they are ended when this process ends. */
const running = new Set();

/** Ends a child and everything it started. Shapes: a ChildProcess of `start`. */
export function killTree(child, signal = 'SIGKILL') {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  try {
    if (posix) {
      process.kill(-child.pid, signal);
    } else {
      spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    }
  } catch {
    child.kill(signal);
  }
}

/** Ends what a child that has ended left behind in its process group (POSIX). */
export function killGroup(child) {
  if (posix && child.pid !== undefined) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // nothing is left of it
    }
  }
}

process.on('exit', () => {
  for (const child of running) {
    killTree(child);
  }
});

/**
 * Starts a program in a process group of its own, so that `killTree` reaches its children too.
 * It ends with this process at the latest.
 */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: posix });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Asks all children to end, and waits for that; what is still there after 8 s is ended hard on exit. */
async function endRunning() {
  const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) {
    killTree(child, 'SIGTERM');
  }
  await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 8000))]);
}

/**
 * Makes signals end this script in order: first `cleanup`, then the children, then itself, with the exit code that shells
 * expect. A second signal ends it at once.
 */
export function endWithSignals(cleanup = () => undefined) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(code));
      Promise.resolve(cleanup())
        .then(endRunning)
        .finally(() => process.exit(code));
    });
  }
}

const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1);

/** Runs `work` as a step: one line when it starts to be slow, one with its seconds when it has ended. */
export async function step(title, work) {
  const from = performance.now();
  const beat = setInterval(() => console.log(`   …   ${title} (${seconds(from)} s)`), 20_000);
  beat.unref();
  try {
    const result = await work();
    console.log(`ok     ${title} (${seconds(from)} s)`);
    return result;
  } catch (error) {
    console.log(`failed ${title} (${seconds(from)} s)`);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

/**
 * Runs a program to its end.
 * @param {object} options `limit` in seconds (default 600); `log` a file that takes the output (else it is inherited);
 *   `cwd`, `env` as in spawn
 * @throws Error with the last lines of the output when the exit code is not 0 or the limit has passed
 */
export async function run(command, args, { limit = 600, log, ...options } = {}) {
  if (log !== undefined) {
    mkdirSync(path.dirname(log), { recursive: true });
  }
  const child = start(command, args, { stdio: log === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'], ...options });
  const file = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
  if (file !== undefined) {
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killTree(child);
  }, limit * 1000);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once(file === undefined ? 'exit' : 'close', (status, signal) => resolve(status ?? signal ?? 1));
  }).finally(() => clearTimeout(timer));
  if (file !== undefined) {
    await new Promise((resolve) => file.end(resolve));
  }
  if (code !== 0) {
    const why = late ? `took longer than ${limit} s` : `ended with ${code}`;
    const tail =
      log === undefined || !existsSync(log) ? '' : readFileSync(log, 'utf8').split('\n').slice(-40).join('\n');
    throw new Error(`${path.basename(command)} ${args.slice(0, 4).join(' ')} ${why}${tail === '' ? '' : `\n${tail}`}`);
  }
}

/** The npm command line as [command, first arguments, options]: the script itself where it can be found, so without a shell. */
export function npmCommand(node = process.execPath) {
  const beside = path.dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((file) => file !== undefined && /npm-cli\.[cm]?js$/.test(file) && existsSync(file));
  return cli === undefined
    ? { command: posix ? 'npm' : 'npm.cmd', first: [], options: { shell: !posix } }
    : { command: node, first: [cli], options: {} };
}

/** What an outer `npm run` tells its scripts about itself, which an inner npm would take for its own. */
const outerNpm =
  /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath)|npm_config_(user_agent|local_prefix|npm_version|node_gyp)|NODE|INIT_CWD)$/i;

/** Runs npm to its end; `node` is the Node that runs npm and, by PATH, the packages' install scripts. */
export async function npm(args, { node, env = process.env, ...options } = {}) {
  const { command, first, options: extra } = npmCommand(node);
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !outerNpm.test(name)));
  await run(command, [...first, ...args], { ...options, ...extra, env: own });
}
