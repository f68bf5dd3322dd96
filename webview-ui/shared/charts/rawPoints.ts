/** Every point of a curve, whatever its size: read in parts that are small enough not to be thinned. */
import type { XSource } from '../../../src/protocol/extras';
import type { PanelChannel } from '../../../src/protocol/panelChannel';
import { decodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { Range } from './range';

/** The most that a request of curves may ask for. */
const mostPoints = 10_000;

export interface RawPoints {
  readonly runId: string;
  readonly x: readonly Float64Array[];
  readonly y: readonly Float64Array[];
}

/**
 * All points of a metric of some runs, run by run, in ascending x.
 * @throws RpcError where a request fails; RangeError where more than 10,000 points share one x, which cannot be told apart
 */
export async function* readRawPoints(
  channel: PanelChannel,
  { runIds, key, x, range }: { runIds: readonly string[]; key: string; x: XSource; range: Range | undefined },
  signal: AbortSignal,
): AsyncGenerator<RawPoints> {
  const read = async (runId: string, part: Range | undefined): Promise<SeriesEntry | undefined> => {
    const params = { runIds: [runId], keys: [key], x, maxPoints: mostPoints, ...(part ? { range: part } : {}) };
    const [entry] = decodeSeries(await channel.request('series', params, { signal, timeout: 120_000 }));
    return entry;
  };
  for (const runId of runIds) {
    const points = { runId, x: [] as Float64Array[], y: [] as Float64Array[] };
    // Parts that are still to be read, the next one last.
    const parts: (Range | undefined)[] = [range];
    while (parts.length > 0) {
      const part = parts.pop();
      const entry = await read(runId, part);
      if (entry?.series.kind === 'raw') {
        points.x.push(entry.series.x);
        points.y.push(entry.series.y);
      } else if (entry) {
        parts.push(...partsOf(entry).reverse());
      }
    }
    if (points.x.length > 0) {
      yield points;
    }
  }
}

/** Ranges between rows of a thinned series, each of few enough points where it can be parted. */
export function partsOf({ series, total, first }: SeriesEntry): Range[] {
  if (series.kind === 'raw') {
    return [];
  }
  const start = first ?? series.x[0] ?? NaN;
  if (start === series.x.at(-1)) {
    throw new RangeError(`${total} points share one place of the axis: more than can be read at once.`);
  }
  const parts: Range[] = [];
  let from = start;
  let count = 0;
  series.count.forEach((own, i) => {
    const before = series.x[i - 1];
    // A row's x is that of its last point: the next part begins behind it.
    if (count > 0 && count + own > mostPoints && before !== undefined) {
      parts.push({ min: from, max: before });
      from = after(before);
      count = 0;
    }
    count += own;
  });
  parts.push({ min: from, max: series.x.at(-1) ?? from });
  return parts;
}

/** The next larger double. */
function after(value: number): number {
  if (value === 0) {
    return Number.MIN_VALUE;
  }
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
