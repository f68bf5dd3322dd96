import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { RunColumn } from '../../core/runsTable';
import { distinctNames, type TableCell } from '../../core/tableText';

/** Runs of one group of rows. */
const rowsInGroup = 10_000;

/**
 * A Parquet file of runs in parts, of a column each, some milliseconds of work: texts as UTF-8, numbers as doubles, times as timestamps
 * in milliseconds; what is missing is null.
 */
export function* parquetSteps(
  columns: readonly RunColumn[],
): Generator<{ readonly done: number; readonly bytes: Uint8Array }, void, undefined> {
  const count = columns[0]?.cells.length ?? 0;
  const bytes = new ByteWriter();
  const names = distinctNames(columns.map(({ name }) => name));
  const part = ({ kind, cells }: RunColumn, place: number, from: number) => ({
    name: names[place] ?? '',
    type: kind === 'text' ? ('STRING' as const) : kind === 'time' ? ('TIMESTAMP' as const) : ('DOUBLE' as const),
    data: cells.slice(from, from + rowsInGroup).map((cell) => valueOf(cell, kind)),
    nullable: true,
  });
  const schema = schemaFromColumnData({ columnData: columns.map((column, place) => part(column, place, count)) });
  const writer = new ParquetWriter({ writer: bytes, schema });
  const taken = (): Uint8Array => {
    const own = bytes.getBytes().slice();
    bytes.index = 0;
    return own;
  };
  for (let from = 0; from < count; from += rowsInGroup) {
    const first = writer.row_groups.length;
    for (const [place, column] of columns.entries()) {
      // Its bytes go to memory, so all is written when it returns.
      void writer.write({ columnData: [part(column, place, from)], rowGroupSize: rowsInGroup });
      yield { done: from, bytes: taken() };
    }
    // Each column was written as a group of its own, which readers would take for other rows.
    const groups = writer.row_groups.splice(first);
    const [sample] = groups;
    if (sample) {
      writer.row_groups.push({
        columns: groups.flatMap((group) => group.columns),
        num_rows: sample.num_rows,
        total_byte_size: groups.reduce((sum, group) => sum + group.total_byte_size, 0n),
        total_compressed_size: groups.reduce((sum, group) => sum + (group.total_compressed_size ?? 0n), 0n),
      });
    }
  }
  writer.num_rows = BigInt(count);
  void writer.finish();
  yield { done: count, bytes: taken() };
}

function valueOf(cell: TableCell, kind: RunColumn['kind']): string | number | Date | null {
  if (cell === undefined) {
    return null;
  }
  return kind === 'text' ? String(cell) : kind === 'time' ? new Date(Number(cell)) : Number(cell);
}
