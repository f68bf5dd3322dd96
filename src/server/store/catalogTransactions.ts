import type { Database } from './sqlite';
import { UnsavedRows } from './unsavedRows';

/** So many rows are written at once: that takes a millisecond. */
const manyUnsaved = 200;

/**
 * With so many some are written when nobody waits, of the runs that were changed first. A short run has fewer: while it is logged all that is
 * asked of it is in memory.
 */
const someUnsaved = 64;
/** So many then: that takes less than a client takes until its next request. */
const savedAtOnce = 12;

/** SQL after which what is remembered may be another one. */
const changesRows = /^(?!SELECT\b)[^]*\b(?:experiments|experiment_tags|runs|params|tags|metrics|removals)\b/;

/** What a catalog remembers of its rows. */
interface Memory {
  /** Which runs have no rows. */
  forgetAsked(): void;
  /** All of it. */
  forget(): void;
}

/**
 * The transactions of a catalog, and what they changed that is no rows yet. It becomes rows when SQL of any kind comes next, when it is much,
 * or when nobody waits.
 */
export class CatalogTransactions {
  /** What the running transaction changed and is no rows yet. */
  unsaved = new UnsavedRows();
  /** The same of transactions before it. */
  unsavedBefore = new UnsavedRows();
  /** How often a transaction was taken back: what was read before may never have come to be. */
  rollbacks = 0;
  /** SQL is run for which nothing has to be made ready. */
  private aside = false;
  /** `pending`: begun, without SQL so far. */
  private transaction: 'none' | 'pending' | 'open' = 'none';

  constructor(
    private readonly db: Database,
    private readonly memory: Memory,
  ) {
    db.beforeUse = (sql) => {
      if (!this.aside) {
        this.prepareFor(sql);
      }
    };
  }

  begin(): void {
    this.transaction = 'pending';
  }

  commit(): void {
    if (this.transaction === 'open') {
      this.db.run('COMMIT');
    } else {
      this.keepUnsaved();
    }
    this.transaction = 'none';
  }

  rollback(): void {
    this.rollbacks++;
    this.unsaved.clear();
    this.memory.forget();
    const { transaction } = this;
    this.transaction = 'none';
    if (transaction === 'open') {
      this.db.run('ROLLBACK');
    }
  }

  /** Makes rows of what transactions that ended changed, where that is much. */
  saveManyEarlier(): void {
    if (this.unsavedBefore.size >= manyUnsaved) {
      this.saveEarlier();
    }
  }

  /**
   * Makes rows of what the running transaction changed where that is much; all other SQL does so anyway.
   * @param many so many rows
   */
  saveMany(many = manyUnsaved): void {
    if (this.unsaved.size >= many) {
      this.prepareFor(undefined);
    }
  }

  /** Whether so much has gathered that some of it should become rows when nobody waits. */
  get hasSome(): boolean {
    return this.unsavedBefore.size >= someUnsaved;
  }

  /** Makes a few rows, the oldest, of what transactions that ended changed. Not inside a transaction. */
  saveSome(): void {
    const some = this.unsavedBefore.split(savedAtOnce);
    try {
      this.saveInTransaction(some);
    } catch (error) {
      some.take(this.unsavedBefore);
      this.unsavedBefore = some;
      throw error;
    }
  }

  /** Runs SQL for which nothing has to be made ready: it sees nothing of what is no rows yet. */
  unprepared<T>(use: () => T): T {
    const before = this.aside;
    this.aside = true;
    try {
      return use();
    } finally {
      this.aside = before;
    }
  }

  /** True of a run that has no rows of any kind yet. */
  isNew(run: number): boolean {
    return this.unsaved.isNew(run) || this.unsavedBefore.isNew(run);
  }

  private prepareFor(sql: string | undefined): void {
    // Before the running transaction begins in SQL, so that its end does not take them back.
    this.saveEarlier();
    if (this.transaction === 'pending' && (sql !== undefined || this.unsaved.size > 0)) {
      this.unprepared(() => this.db.run('BEGIN'));
      this.transaction = 'open';
    }
    this.save(this.unsaved);
    this.unsaved.clear();
    if (sql !== undefined) {
      this.memory.forgetAsked();
      if (changesRows.test(sql)) {
        this.memory.forget();
      }
    }
  }

  private keepUnsaved(): void {
    const { unsaved, unsavedBefore } = this;
    if (unsavedBefore.size === 0) {
      this.unsaved = unsavedBefore;
      this.unsavedBefore = unsaved;
    } else {
      unsavedBefore.take(unsaved);
    }
  }

  /** Makes rows of what transactions that ended changed. */
  private saveEarlier(): void {
    if (this.unsavedBefore.size > 0) {
      this.saveInTransaction(this.unsavedBefore);
      this.unsavedBefore.clear();
    }
  }

  /** Rows of transactions that ended: none may be running in SQL. */
  private saveInTransaction(rows: UnsavedRows): void {
    this.unprepared(() => this.db.run('BEGIN'));
    try {
      this.save(rows);
      this.unprepared(() => this.db.run('COMMIT'));
    } catch (error) {
      this.unprepared(() => this.db.run('ROLLBACK'));
      throw error;
    }
  }

  private save(rows: UnsavedRows): void {
    if (rows.size > 0) {
      this.memory.forgetAsked();
      this.unprepared(() => rows.save(this.db));
    }
  }
}
