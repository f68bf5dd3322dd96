import type { History } from './history';
import { scanBlocks } from './pointScan';
import { comparePoints, type Point } from './points';
import { visitAll } from './salvage';
import { Database, type SqlJs } from './sqlite';

/** Points of one run that were found in damaged files, each once. */
export class FoundPoints {
  private readonly metrics = new Map<string, Point[]>();

  /** All good blocks in a file, wherever they are. */
  addFrom(bytes: Uint8Array): void {
    for (const { key, points } of scanBlocks(bytes)) {
      const known = this.metrics.get(key);
      if (known === undefined) {
        this.metrics.set(key, [...points]);
      } else {
        points.forEach((point) => known.push(point));
      }
    }
  }

  /** Blocks that are in a history's database: larger ones are in several parts there, which only SQLite brings together. */
  addFromDatabase(sqlite: SqlJs, bytes: Uint8Array): void {
    let db: Database;
    try {
      db = new Database(sqlite, bytes);
    } catch {
      return;
    }
    try {
      visitAll(db, { table: 'blocks', columns: ['bytes'], order: ['key', 'place'] }, ([cell]) => {
        if (cell instanceof Uint8Array) {
          this.addFrom(cell);
        }
      });
    } finally {
      db.close();
    }
  }

  /** Into an empty history. */
  writeTo(history: History): void {
    for (const [key, all] of this.metrics) {
      const sorted = all.sort(comparePoints);
      const points = sorted.filter((point, i) => {
        const before = sorted[i - 1];
        return before === undefined || comparePoints(before, point) !== 0;
      });
      history.apply({ key, mode: 'start', points });
    }
  }
}
