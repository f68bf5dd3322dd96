import { Worker } from 'node:worker_threads';
import { saveCatalogAside } from './store/catalogSaver';
import { realFiles } from './store/files';

/** What the program does where it runs as a worker thread of itself. */
interface Task {
  readonly folder: string;
  readonly seq: number;
}

/** A catalog of 100,000 runs takes some seconds. */
const limit = 300_000;

/** `saveCatalogAside` in a thread of its own, which loads this same program. @throws Error where it fails or takes too long */
export async function saveCatalogInWorker(folder: string, seq: number): Promise<void> {
  const task: Task = { folder, seq };
  const worker = new Worker(__filename, { workerData: task });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('Saving the catalog took too long.')), limit);
      worker.once('error', reject);
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The worker ended with ${code}.`))));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** In the worker. @param data as `saveCatalogInWorker` gave it */
export async function runTask(data: unknown): Promise<void> {
  if (typeof data !== 'object' || data === null || !('folder' in data) || !('seq' in data)) {
    throw new TypeError('There is nothing to do in this thread.');
  }
  await saveCatalogAside(realFiles, String(data.folder), Number(data.seq));
}
