import type { Int64, KeyValue, LifecycleStage, RunInfo, RunStatus } from '../../core/model';
import { runStatuses } from '../../core/model';
import { stage } from './catalogSchema';
import type { MetricSummary } from './metricSummary';
import { valueFrom } from './points';
import { type Cell, integer, real, type Row, text } from './sqlite';

/** A run with what only the store needs to know of it. */
export interface RunRow {
  /** Its number inside the catalog. */
  readonly id: number;
  readonly slot: number;
  readonly info: RunInfo;
  /** One of `stage`. */
  readonly stage: number;
}

/** Of `runs r`, as `toRunRow` takes them. */
export const runColumns =
  'r.id, r.run_id, r.experiment, r.slot, r.name, r.user_id, r.status, r.started, r.ended, r.stage, r.artifact_uri';

/** Of `metrics`, as `toMetricSummary` takes them. */
export const metricColumns = 'step, timestamp, value, special, points, finite, nans, sum, min, min_step, max, max_step';

export function toKeyValue(row: Row): KeyValue {
  return { key: text(row[0]), value: text(row[1]) };
}

export function toRunRow(row: Row): RunRow {
  return {
    id: real(row[0]),
    slot: real(row[3]),
    stage: real(row[9]),
    info: {
      id: text(row[1]),
      experimentId: String(real(row[2])),
      name: text(row[4]),
      userId: text(row[5]),
      status: toStatus(text(row[6])),
      startTime: integer(row[7]),
      endTime: optionalInteger(row[8]),
      stage: toStage(real(row[9])),
      artifactUri: text(row[10]),
    },
  };
}

export function toMetricSummary(row: Row): MetricSummary {
  return {
    latest: { step: integer(row[0]), timestamp: integer(row[1]), value: valueFrom(real(row[2]), real(row[3])) },
    points: real(row[4]),
    finite: real(row[5]),
    nans: real(row[6]),
    sum: real(row[7]),
    min: extreme(row[8], row[9]),
    max: extreme(row[10], row[11]),
  };
}

export function toStage(value: number): LifecycleStage {
  return value === stage.active ? 'active' : 'deleted';
}

function toStatus(value: string): RunStatus {
  const found = runStatuses.find((each) => each === value);
  if (found === undefined) {
    throw new TypeError(`unknown run status in the database: ${value}`);
  }
  return found;
}

function optionalInteger(cell: Cell | undefined): Int64 | undefined {
  return cell === null ? undefined : integer(cell);
}

function extreme(value: Cell | undefined, step: Cell | undefined): { value: number; step: Int64 } | undefined {
  return value === null ? undefined : { value: real(value), step: integer(step) };
}
