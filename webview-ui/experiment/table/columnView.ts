/** What all cells of a column have in common. Pure. */
import { columnFormat, type ColumnFormat } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { bestOf } from './best';
import type { ColumnData } from './columnData';
import { fieldId, leafOf, placeOf, type Section, type TableField } from './fields';
import type { RunTable } from './runTable';

export type DeltaMode = 'absolute' | 'percent' | 'off';

export interface ColumnView {
  readonly id: string;
  readonly field: TableField;
  readonly section: Section;
  readonly prefix: string;
  /** The name under the title of its section. */
  readonly label: string;
  /** Undefined while it was not read, or for what needs no values. */
  readonly data: ColumnData | undefined;
  /** Written at the right: all of its values are numbers. */
  readonly isNumeric: boolean;
  readonly format: ColumnFormat;
  readonly better: Better | undefined;
  readonly best: number | undefined;
  /** The baseline's value. */
  readonly base: number | undefined;
}

export interface ColumnContext {
  readonly table: RunTable;
  /** Runs of the lines, and the baseline. */
  readonly runs: Int32Array;
  readonly baseline: number | undefined;
  /** The same function for as long as it says the same. */
  readonly better: (key: string) => Better | undefined;
  readonly digits: number;
}

export function columnView(field: TableField, context: ColumnContext): ColumnView {
  const { table, runs, baseline, digits } = context;
  const data = table.column(field);
  const numbers = data?.kind === 'numbers' ? data : undefined;
  const better = isFigure(field) ? context.better(field.key) : undefined;
  const compared = baseline === undefined || !table.has(baseline) ? runs : Int32Array.from([...runs, baseline]);
  return {
    id: fieldId(field),
    field,
    ...placeOf(field),
    label:
      field.kind === 'metric' || field.kind === 'metricAt' || field.kind === 'trend' ? leafOf(field.key) : field.key,
    data,
    isNumeric: isNumeric(field, data, runs),
    format: columnFormat(numbers ? sample(values(numbers.value, numbers.has, compared)) : [], digits),
    better,
    best: numbers && better ? bestOf(compared, numbers, better) : undefined,
    base: numbers && baseline !== undefined && isFigure(field) ? numbers.get(baseline) : undefined,
  };
}

/** Values of a metric, which can be better or worse; steps, times and counts can not. */
function isFigure(field: TableField): boolean {
  return (
    field.kind === 'metricAt' ||
    (field.kind === 'metric' && field.aggregate !== 'step' && field.aggregate !== 'time' && field.aggregate !== 'count')
  );
}

function isNumeric(field: TableField, data: ColumnData | undefined, runs: Int32Array): boolean {
  switch (field.kind) {
    case 'metric':
    case 'metricAt':
      return true;
    case 'trend':
      return false;
    case 'attribute':
      return field.key === 'duration';
    case 'param':
    case 'tag': {
      if (data?.kind !== 'texts') {
        return false;
      }
      const { numbers, code } = data;
      let some = false;
      for (const slot of runs) {
        const own = code[slot] ?? -1;
        if (own >= 0) {
          some = true;
          if (Number.isNaN(numbers[own] ?? NaN)) {
            return false;
          }
        }
      }
      return some;
    }
  }
}

const mostSampled = 2000;

/** Enough of many values to find their median, and one that is no integer where there is any. */
function sample(all: Float64Array): Float64Array {
  if (all.length <= mostSampled) {
    return all;
  }
  const stride = Math.ceil(all.length / mostSampled);
  const fraction = all.find((value) => Number.isFinite(value) && !Number.isInteger(value));
  const some = all.filter((_, i) => i % stride === 0);
  return fraction === undefined ? some : Float64Array.from([...some, fraction]);
}

function values(value: Float64Array, has: Uint8Array, slots: Int32Array): Float64Array {
  const found = new Float64Array(slots.length);
  let count = 0;
  for (const slot of slots) {
    if (has[slot] === 1) {
      found[count++] = value[slot] ?? NaN;
    }
  }
  return found.subarray(0, count);
}
