import { StoreDamagedError } from './damage';
import type { Database } from './sqlite';

/**
 * What brings data of one format version to the next. Everything is done to what was read into memory; files are replaced whole by the
 * usual checkpoints, the catalog's as soon as the store is open (`store.ts`). A step must hold for good: journals and histories of its
 * version may be read long after the catalog was brought to a newer one.
 */
export interface Migration {
  /** The version that it begins with; it ends with the next one. */
  readonly from: number;
  /** Changes the catalog's tables, in a transaction. */
  readonly catalog?: (db: Database) => void;
  /** Changes the tables of a history, in a transaction. */
  readonly history?: (db: Database) => void;
  /** From a change as the journal has it (docs/store.md) to one of the next version. */
  readonly change?: (fields: readonly unknown[]) => readonly unknown[];
}

/** Version 1 is the first. */
export const migrations: readonly Migration[] = [];

/**
 * The steps from a version on, in their order.
 * @param file and `known`, the version that is wanted: for the message
 * @throws StoreDamagedError where a step is missing: no Labbook wrote such a version
 */
export function stepsFrom(
  format: number,
  known: number,
  file: string,
  all: readonly Migration[] = migrations,
): readonly Migration[] {
  return Array.from({ length: Math.max(0, known - format) }, (_, i) => {
    const step = all.find(({ from }) => from === format + i);
    if (step === undefined) {
      throw new StoreDamagedError(file, 0, `It has format ${format}, which no version of Labbook wrote.`);
    }
    return step;
  });
}
