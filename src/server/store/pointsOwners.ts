import { scanBlocks } from './pointScan';
import { type Cell, Database, type SqlJs } from './sqlite';
import { type Point, specialOf, storedValue } from './points';

const placedBlocks =
  'SELECT k.key, b.count, b.first_step, b.first_timestamp, b.first_value, b.first_special, b.last_step, b.last_timestamp, ' +
  'b.last_value, b.last_special FROM blocks b JOIN keys k ON k.id = b.key WHERE b.bytes IS NULL';

/** Tells whose a points' file is: a database says of each of its blocks with which point it begins and ends. */
export class PointsOwners<T> {
  /** By what a block is; undefined where several have one like it. */
  private readonly owners = new Map<string, T | undefined>();

  get isEmpty(): boolean {
    return this.owners.size === 0;
  }

  /** @param bytes a history's database, with a right checksum */
  add(owner: T, sqlite: SqlJs, bytes: Uint8Array): void {
    const db = new Database(sqlite, bytes);
    try {
      db.each(placedBlocks, [], (row) => {
        const name = row.map(asText).join(' ');
        this.owners.set(name, this.owners.has(name) ? undefined : owner);
      });
    } finally {
      db.close();
    }
  }

  /** @returns undefined where it is not known */
  ofPoints(bytes: Uint8Array): T | undefined {
    for (const { key, points } of scanBlocks(bytes)) {
      const ends = [points[0], points.at(-1)].flatMap(cells);
      const owner = this.owners.get([key, points.length, ...ends].map(asText).join(' '));
      if (owner !== undefined) {
        return owner;
      }
    }
    return undefined;
  }
}

function cells(point: Point | undefined): Cell[] {
  return point === undefined ? [] : [point.step, point.timestamp, storedValue(point.value), specialOf(point.value)];
}

/** -0 is what SQLite gives back as 0. */
function asText(cell: Cell): string {
  return typeof cell === 'string' ? JSON.stringify(cell) : String(cell);
}
