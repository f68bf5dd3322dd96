import type { Rows, RowsQuery } from '../../../core/curve';
import { ApiError } from '../../../core/errors';
import { ExpressionError, parseExpression } from '../../../core/expression';
import { smoothingFault, smoothingKinds } from '../../../core/smoothing';
import { encodeSeries, type SeriesEntry } from '../../../protocol/seriesCodec';
import type { XAxis } from '../../../protocol/extras';
import { choice, decode, double, integer, list, message, optional, text, texts } from '../fields';
import { inTurns, nextTurn } from '../../turns';
import type { CurveX, Curves } from './curves';

const maxPairs = 20_000;
/** Milliseconds of work before other requests get their turn. */
const workAtOnce = 10;

const axes: readonly XAxis[] = ['step', 'time', 'relative'];
const fields = {
  run_ids: texts,
  keys: texts,
  max_points: integer.required,
  range: optional(message({ min: double.required, max: double.required })),
  smoothing: optional(message({ kind: choice(smoothingKinds).required, amount: double.required })),
  known: list(message({ run_id: text.required, key: text.required, version: text.required }), maxPairs),
};
const overAxisRequest = message({ ...fields, x: choice(axes).required });
const overExpressionRequest = message({ ...fields, x: message({ expression: text.required }) });

/** POST series: the histories of runs x keys, smoothed and thinned, in one binary answer (protocol/seriesCodec.ts). */
export async function answerSeries(curves: Curves, input: unknown): Promise<Uint8Array> {
  const { run_ids, keys, x, max_points, range, smoothing, known } = isOverExpression(input)
    ? decode(overExpressionRequest, input)
    : decode(overAxisRequest, input);
  if (max_points < 2 || max_points > 10_000) {
    throw invalid('max_points must lie between 2 and 10000.');
  }
  if (run_ids.length * keys.length > maxPairs) {
    throw invalid(`At most ${maxPairs} pairs of run and key can be asked for at once.`);
  }
  const fault = smoothing && smoothingFault(smoothing);
  if (fault !== undefined) {
    throw invalid(`smoothing: ${fault}.`);
  }
  const source = readX(x);
  const query = {
    maxPoints: Number(max_points),
    ...(range === undefined ? {} : { range }),
    ...(smoothing === undefined ? {} : { smoothing }),
  };
  const versions = new Map(known.map((each) => [JSON.stringify([each.run_id, each.key]), each.version]));
  const read = async (runId: string, key: string, asked: RowsQuery): Promise<Rows | undefined> => {
    const curve = await curves.get(runId, key, source);
    return curve && (await inTurns(curve.rowsInSteps(asked)));
  };
  const readAgain = async (runId: string, key: string, asked: RowsQuery): Promise<Rows | undefined> => {
    const rows = await read(runId, key, asked);
    curves.follow(runId, key, source, asked);
    return rows;
  };
  const entries: SeriesEntry[] = [];
  let end = performance.now() + workAtOnce;
  for (const runId of run_ids) {
    for (const key of keys) {
      const version = versions.get(JSON.stringify([runId, key]));
      const rows =
        version === undefined
          ? await read(runId, key, query)
          : (curves.getFollowed(runId, key, source, { ...query, known: version }) ??
            (await readAgain(runId, key, { ...query, known: version })));
      if (rows !== undefined) {
        entries.push({ runId, key, ...rows });
      }
      if (performance.now() > end) {
        await nextTurn();
        end = performance.now() + workAtOnce;
      }
    }
  }
  return encodeSeries(entries);
}

function isOverExpression(input: unknown): boolean {
  const field = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
  return typeof field(field(input, 'x'), 'expression') === 'string';
}

function readX(x: XAxis | { expression: string }): CurveX {
  if (typeof x === 'string') {
    return { name: x, axis: x };
  }
  try {
    return { name: JSON.stringify(x), expression: parseExpression(x.expression) };
  } catch (error) {
    throw error instanceof ExpressionError ? invalid(`x: ${error.message}.`) : error;
  }
}

function invalid(what: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', what);
}
