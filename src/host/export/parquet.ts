import { parquetWriteBuffer } from 'hyparquet-writer';
import type { RunColumn } from '../../core/runsTable';

/** A Parquet file of runs: texts as UTF-8, numbers as doubles, times as timestamps in milliseconds; what is missing is null. */
export function parquetOf(columns: readonly RunColumn[]): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, kind, cells }) => ({
      name,
      data: cells.map((cell) => {
        if (cell === undefined) {
          return null;
        }
        return kind === 'text' ? String(cell) : kind === 'time' ? new Date(Number(cell)) : Number(cell);
      }),
      type: kind === 'text' ? 'STRING' : kind === 'time' ? 'TIMESTAMP' : 'DOUBLE',
      nullable: true,
    })),
  });
  return new Uint8Array(buffer);
}
