import { ApiError } from '../../core/errors';
import { systemCode } from './files';
import { messageOf } from './messages';

/** A file of the store holds something else than what the store wrote; the file is left as it is. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError';

  constructor(
    readonly file: string,
    /** Byte in the file from which on it cannot be trusted. */
    readonly offset: number,
    /** What is wrong, as a sentence. */
    readonly what: string,
  ) {
    super(
      `The store is damaged: ${file}, offset ${offset}: ${what} The files were left as they are. ` +
        "'labbook check' tells all that is damaged, 'labbook repair' saves the rest into a new store.",
    );
  }
}

/** What is wrong where the journal lacks the changes from one number to another. */
export function missingChanges(from: number, to: number): string {
  return from === to ? `Change ${from} is missing before it.` : `The changes ${from} to ${to} are missing before it.`;
}

/** The store was written by a newer Labbook. */
export class StoreVersionError extends Error {
  override readonly name = 'StoreVersionError';

  constructor(
    readonly file: string,
    readonly found: number,
    known: number,
  ) {
    super(
      `The store was written by a newer version of Labbook: ${file} has format ${found}, this version knows formats up to ` +
        `${known}. Use the newer version for it.`,
    );
  }
}

/** Why a file is not to be had, as a sentence, with what to do where that is known. @param error the system's */
export function whyUnreadable(error: unknown): string {
  const code = systemCode(error) ?? '';
  if (code === 'ENOENT') {
    return 'It is missing.';
  }
  const advice = ['EACCES', 'EPERM'].includes(code) ? ' It may be whole: try again as the user who owns it.' : '';
  return `It cannot be read: ${messageOf(error)}.${advice}`;
}

/** System errors by which a disk or its owner refuses to give out a file: asking again does not help. */
const unreadable = ['EIO', 'EACCES', 'EPERM', 'EISDIR'];

/**
 * The answer where a part of the store cannot be read: one run's history, as a rule; the rest goes on. A status that clients do
 * not repeat for minutes.
 * @returns undefined for any other error
 */
export function unreadableAnswer(error: unknown): ApiError | undefined {
  if (error instanceof StoreDamagedError || error instanceof StoreVersionError) {
    return new ApiError('DATA_LOSS', error.message, { cause: error });
  }
  return error instanceof Error && unreadable.includes(systemCode(error) ?? '')
    ? new ApiError('DATA_LOSS', `A file of the store could not be read: ${error.message}.`, { cause: error })
    : undefined;
}
