import type { z } from 'zod';
import { ApiError } from '../../../core/errors';
import type { LifecycleStage } from '../../../core/model';
import { encodeTableColumns, encodeTableRows } from '../../../protocol/tableCodec';
import { metricAggregates, type ColumnId, type CountResponse } from '../../../protocol/tableTypes';
import type { Store } from '../../store/types';
import type { TableQuery } from '../../store/table/reader';
import { nextTurn } from '../../turns';
import { choice, decode, integer, list, message, text, texts } from '../fields';

const maxColumns = 1000;
const maxRuns = 100_000;

const stages: readonly LifecycleStage[] = ['active', 'deleted'];
const kinds: readonly ColumnId['kind'][] = ['metric', 'metricAt', 'param', 'tag'];

const runs = {
  experiment_ids: texts,
  run_ids: texts.optional(),
  stage: choice(stages).optional,
};
const rowsRequest = message(runs);
const columnsRequest = message({
  ...runs,
  columns: list(
    message({
      kind: choice(kinds).required,
      key: text.required,
      aggregate: choice(metricAggregates).optional,
      step: integer.optional,
    }),
  ),
});

/** POST table/rows: the runs of experiments, in one binary answer (protocol/tableCodec.ts). */
export async function answerTableRows(store: Store, input: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const request = decode(rowsRequest, input);
  const rows = await store.table.rows(queryOf(request));
  // Writing a hundred thousand runs takes 30 ms, in one go.
  await nextTurn();
  return new Uint8Array(encodeTableRows(rows));
}

/** POST table/count */
export function countTableRuns(store: Store, input: unknown): CountResponse {
  return { runs: store.table.count(queryOf(decode(rowsRequest, input))) };
}

/** POST table/columns: columns of the same runs. */
export async function answerTableColumns(store: Store, input: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const request = decode(columnsRequest, input);
  if (request.columns.length > maxColumns) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `At most ${maxColumns} columns can be asked for at once.`);
  }
  const columns = request.columns.map(columnOf);
  const answer = await store.table.columns(queryOf(request), columns);
  await nextTurn();
  return new Uint8Array(encodeTableColumns(answer));
}

function queryOf(request: z.infer<typeof rowsRequest>): TableQuery {
  if ((request.run_ids?.length ?? 0) > maxRuns) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `At most ${maxRuns} runs can be asked for by their ids at once.`);
  }
  return { experimentIds: request.experiment_ids, runIds: request.run_ids, stage: request.stage ?? 'active' };
}

function columnOf({ kind, key, aggregate, step }: z.infer<typeof columnsRequest>['columns'][number]): ColumnId {
  switch (kind) {
    case 'metric':
      return { kind, key, aggregate: aggregate ?? 'last' };
    case 'metricAt':
      // A panel's steps are numbers; those that no double holds exactly cannot be asked for.
      return { kind, key, step: Number(step ?? 0) };
    case 'param':
    case 'tag':
      return { kind, key };
  }
}
