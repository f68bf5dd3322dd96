import path from 'node:path';
import { warmCurves } from './api/labbook/curveWarmth';
import { helpText, readCommandLine, scriptLine, UsageError, type ServeOptions } from './commandLine';
import { messageOf, stderrLog } from './log';
import { check, exitCodes, repair, type Outcome } from './maintenance';
import { whenQuiet } from './quiet';
import { serve, type RunningServer } from './serve';
import { labbookVersion } from './version';

/** A clean end that takes longer than this is given up. */
const stopMilliseconds = 30_000;

/** Runs the command line. @returns the exit code of what is done at once; undefined while the server runs */
async function main(args: readonly string[]): Promise<number | undefined> {
  let command;
  try {
    command = readCommandLine(args);
  } catch (error) {
    process.stderr.write(`labbook: ${messageOf(error)} See labbook --help.\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText);
      return 0;
    case 'version':
      process.stdout.write(`${labbookVersion}\n`);
      return 0;
    case 'serve':
      return runServer(command.options);
    case 'check':
      return runOnce(() => check(command.options));
    case 'repair':
      return runOnce(() => repair(command.options));
  }
}

/** A command that ends by itself; @returns its exit code */
async function runOnce(work: () => Promise<Outcome>): Promise<number> {
  process.umask(0o077);
  try {
    const { text, code } = await work();
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    return code;
  } catch (error) {
    process.stderr.write(`labbook: ${messageOf(error).replaceAll('\n', ' ')}\n`);
    return exitCodes.notDone;
  }
}

async function runServer(options: ServeOptions): Promise<number | undefined> {
  // Files 0600 and folders 0700, whoever makes them.
  process.umask(0o077);
  const starting = serve(options, stderrLog, () => stop('asked to', 0));
  let exitCode: number | undefined;
  let stopWaiting = (): void => undefined;
  function stop(reason: string, code: number): void {
    if (exitCode !== undefined) {
      exitCode = Math.max(exitCode, code);
      return;
    }
    exitCode = code;
    stderrLog.info(`ending: ${reason}`);
    stopWaiting();
    setTimeout(() => {
      stderrLog.error('the clean end took too long');
      process.exit(1);
    }, stopMilliseconds).unref();
    starting
      .then((running) => running.stop())
      .then(
        () => process.exit(exitCode),
        (error: unknown) => {
          stderrLog.error('the clean end failed', error);
          process.exit(1);
        },
      );
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => stop(signal, 0));
  }
  const onFault = (error: unknown): void => {
    stderrLog.error('an error that nobody caught', error);
    stop('an error', 1);
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  // A closed terminal or a gone parent must not end a server that others use.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  let running: RunningServer;
  try {
    running = await starting;
  } catch (error) {
    process.stderr.write(`labbook: ${messageOf(error).replaceAll('\n', ' ')}\n`);
    return 1;
  }
  if (exitCode === undefined) {
    // What comes sooner would have to wait for it.
    stopWaiting = whenQuiet(() => {
      warmCurves().catch((error: unknown) => stderrLog.error('curves could not be made ready', error));
    });
  }
  const secret = running.unkeptToken === undefined ? '' : ` (read-only store; token ${running.unkeptToken})`;
  process.stdout.write(`Labbook ${labbookVersion} serves ${options.store} at ${running.url}${secret}\n`);
  // For who looks, not for the log of a server that an editor started.
  if (process.stdout.isTTY && running.unkeptToken === undefined) {
    const line = scriptLine(running.url, path.resolve(options.store), process.platform);
    process.stdout.write(`Scripts log to it after\n  ${line}\n`);
  }
  return undefined;
}

void main(process.argv.slice(2)).then((code) => {
  if (code !== undefined) {
    process.exit(code);
  }
});
