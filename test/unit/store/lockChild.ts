import { openStore } from '../../../src/server/store/store';

/**
 * A process that opens the store in argv[2] when it is told to (a line on stdin), says `opened` or why not, and closes the
 * store when stdin ends.
 */
async function main(): Promise<void> {
  const ended = new Promise<void>((resolve) => process.stdin.on('end', resolve));
  process.stdout.write('ready\n');
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  try {
    const store = await openStore({ folder: process.argv[2] ?? '', artifactRoot: 'root:/' });
    process.stdout.write('opened\n');
    await ended;
    await store.close();
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? `${error.name} ${error.message}` : String(error)}\n`);
    await ended;
  }
}

void main();
