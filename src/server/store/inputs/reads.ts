import type { DatasetInput, DatasetSummary, ModelOutput } from '../../../core/loggedModels';
import type { KeyValue } from '../../../core/model';
import type { Catalog } from '../catalog';
import { type Cell, integer, real, type Row, text } from '../sqlite';
import type { InputReader, RunLinks } from './types';

const contextTag = 'mlflow.data.context';

export class InputReads implements InputReader {
  constructor(private readonly catalog: Catalog) {}

  datasetSummaries(experimentIds: readonly string[], limit: number): DatasetSummary[] {
    return this.catalog.db
      .rows(
        'SELECT DISTINCT d.experiment, d.name, d.digest, t.value FROM datasets d JOIN run_datasets i ON i.dataset = d.id ' +
          'LEFT JOIN run_dataset_tags t ON t.input = i.id AND t.key = ? ' +
          'WHERE d.experiment IN (SELECT value FROM json_each(?)) ORDER BY 1, 2, 3, 4 LIMIT ?',
        contextTag,
        JSON.stringify(experimentIds.map(Number)),
        limit,
      )
      .map((row) => ({
        experimentId: String(real(row[0])),
        name: text(row[1]),
        digest: text(row[2]),
        context: optionalText(row[3]),
      }));
  }

  /**
   * Inputs and outputs by a run's number, in the order of logging; runs without any are left out.
   * @param ids a JSON list of numbers of runs
   */
  links(ids: string): Map<number, RunLinks> {
    const found = new Map<number, { inputs: { datasets: DatasetInput[]; models: string[] }; outputs: ModelOutput[] }>();
    const at = (run: number) => {
      const known = found.get(run) ?? { inputs: { datasets: [], models: [] }, outputs: [] };
      found.set(run, known);
      return known;
    };
    const tags = new Map<number, KeyValue[]>();
    this.each(
      'SELECT t.input, t.key, t.value FROM run_dataset_tags t JOIN run_datasets x ON x.id = t.input ' +
        'WHERE x.run IN (SELECT value FROM json_each(?)) ORDER BY t.input, t.key',
      ids,
      (row) => {
        const input = real(row[0]);
        tags.set(input, [...(tags.get(input) ?? []), { key: text(row[1]), value: text(row[2]) }]);
      },
    );
    this.each(
      'SELECT x.run, x.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile FROM run_datasets x ' +
        'JOIN datasets d ON d.id = x.dataset WHERE x.run IN (SELECT value FROM json_each(?)) ORDER BY x.id',
      ids,
      (row) => at(real(row[0])).inputs.datasets.push(toInput(row, tags)),
    );
    this.each(
      'SELECT run, model_id FROM run_model_inputs WHERE run IN (SELECT value FROM json_each(?)) ORDER BY id',
      ids,
      (row) => at(real(row[0])).inputs.models.push(text(row[1])),
    );
    this.each(
      'SELECT run, model_id, step FROM run_model_outputs WHERE run IN (SELECT value FROM json_each(?)) ORDER BY id',
      ids,
      (row) => at(real(row[0])).outputs.push({ modelId: text(row[1]), step: integer(row[2]) }),
    );
    return found;
  }

  private each(sql: string, ids: string, visit: (row: Row) => void): void {
    this.catalog.db.each(sql, [ids], visit);
  }
}

function toInput(row: Row, tags: ReadonlyMap<number, KeyValue[]>): DatasetInput {
  return {
    dataset: {
      name: text(row[2]),
      digest: text(row[3]),
      sourceType: text(row[4]),
      source: text(row[5]),
      schema: optionalText(row[6]),
      profile: optionalText(row[7]),
    },
    tags: tags.get(real(row[1])) ?? [],
  };
}

function optionalText(cell: Cell | undefined): string | undefined {
  return cell === null ? undefined : text(cell);
}
