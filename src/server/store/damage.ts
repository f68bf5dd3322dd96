/** A file of the store holds something else than what the store wrote; the file is left as it is. */
export class StoreDamagedError extends Error {
  override readonly name = 'StoreDamagedError';

  constructor(
    readonly file: string,
    /** Byte in the file from which on it cannot be trusted. */
    readonly offset: number,
    what: string,
  ) {
    super(`The store is damaged: ${file}, offset ${offset}: ${what} The files were left as they are.`);
  }
}

/** The store was written by a newer Labbook. */
export class StoreVersionError extends Error {
  override readonly name = 'StoreVersionError';

  constructor(file: string, found: number, known: number) {
    super(
      `The store was written by a newer version of Labbook: ${file} has format ${found}, this version knows formats up to ` +
        `${known}. Use the newer version for it.`,
    );
  }
}
