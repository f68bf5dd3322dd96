import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { runRows, type RunColumn } from '../../core/runsTable';
import { JoinedText, tableTextSteps, type ExportFormat, type TableFormat } from '../../core/tableText';
import { takeTurns, type Turn } from '../../protocol/tableSelection';
import { parquetSteps } from './parquet';

/** Bytes that are written at once. */
const block = 1_000_000;

/** Lets everything else in the extension host go first when it is time. */
export function hostTurns(): Turn {
  return takeTurns(() => new Promise((resolve) => setImmediate(resolve)));
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly turn: Turn;
  /** Told how many runs are written. */
  readonly onWritten?: (done: number) => void;
}

/** Runs as one text, for the clipboard. @throws RangeError where it is too long; the signal's reason when it comes */
export async function textOf(
  columns: readonly RunColumn[],
  format: TableFormat,
  { signal, turn }: Pick<WriteOptions, 'signal' | 'turn'>,
): Promise<string> {
  const text = new JoinedText();
  for (const part of tableTextSteps(runRows(columns), format)) {
    text.add(part.text);
    await turn();
    signal.throwIfAborted();
  }
  return text.whole();
}

/**
 * Hands the bytes of a file of runs on, a block after the other.
 * @throws what `take` throws; the signal's reason when it comes
 */
export async function tableBytes(
  columns: readonly RunColumn[],
  format: ExportFormat,
  take: (bytes: Uint8Array) => Promise<void> | void,
  { signal, turn, onWritten }: WriteOptions,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting, length);
    [waiting, length] = [[], 0];
    await take(bytes);
  };
  for (const { done, bytes } of format === 'parquet' ? parquetSteps(columns) : textSteps(columns, format)) {
    waiting.push(bytes);
    length += bytes.length;
    if (length >= block) {
      await flush();
    }
    onWritten?.(done);
    await turn();
    signal.throwIfAborted();
  }
  await flush();
}

function* textSteps(columns: readonly RunColumn[], format: TableFormat) {
  for (const { done, text } of tableTextSteps(runRows(columns), format)) {
    yield { done, bytes: Buffer.from(text) };
  }
}

/**
 * Writes runs to a file. What was there before stays until all is written, and when that fails or is given up.
 * @throws Error of the file system; the signal's reason when it comes
 */
export async function writeTable(
  file: string,
  columns: readonly RunColumn[],
  format: ExportFormat,
  options: WriteOptions,
): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await tableBytes(columns, format, async (bytes) => void (await handle.writeFile(bytes)), options);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
