/** What all cells of a column have in common. Pure. */
import { columnFormat, type ColumnFormat } from '../../../src/core/format';
import type { Better } from '../../../src/core/metricDirection';
import { bestOf } from './best';
import type { ColumnData, NumberColumn } from './columnData';
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
  /** Of the format, or of the one before while nobody asked for this one. */
  readonly decimals: number | undefined;
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
  /** That the column was written with so far. */
  readonly decimals?: number | undefined;
}

/**
 * The facts of a column. What has to go through all runs is worked out when it is first asked for: of hundreds of columns few are in
 * view.
 */
export function columnView(field: TableField, context: ColumnContext): ColumnView {
  return new LazyView(field, context);
}

class LazyView implements ColumnView {
  readonly id: string;
  readonly section: Section;
  readonly prefix: string;
  readonly label: string;
  readonly data: ColumnData | undefined;
  readonly better: Better | undefined;
  readonly base: number | undefined;
  #isNumeric: boolean | undefined;
  #format: ColumnFormat | undefined;
  #best: { readonly value: number | undefined } | undefined;

  constructor(
    readonly field: TableField,
    private readonly context: ColumnContext,
  ) {
    const { table, baseline } = context;
    const place = placeOf(field);
    const isMetric = field.kind === 'metric' || field.kind === 'metricAt' || field.kind === 'trend';
    this.id = fieldId(field);
    this.section = place.section;
    this.prefix = place.prefix;
    this.label = isMetric ? leafOf(field.key) : field.key;
    this.data = table.column(field);
    this.better = isFigure(field) ? context.better(field.key) : undefined;
    const numbers = this.#numbers;
    this.base = numbers && baseline !== undefined && isFigure(field) ? numbers.get(baseline) : undefined;
  }

  get isNumeric(): boolean {
    return (this.#isNumeric ??= isNumeric(this.field, this.data, this.context.runs));
  }

  get format(): ColumnFormat {
    const numbers = this.#numbers;
    const compared = (): Float64Array => (numbers ? sample(numbers, this.context) : new Float64Array(0));
    return (this.#format ??= columnFormat(compared(), this.context.digits, this.context.decimals));
  }

  get decimals(): number | undefined {
    return this.#format ? this.#format.decimals : this.context.decimals;
  }

  get best(): number | undefined {
    const { better } = this;
    const numbers = this.#numbers;
    const found = (): number | undefined =>
      numbers && better ? bestOf(compared(this.context), numbers, better) : undefined;
    return (this.#best ??= { value: found() }).value;
  }

  get #numbers(): NumberColumn | undefined {
    return this.data?.kind === 'numbers' ? this.data : undefined;
  }
}

/** The runs of the lines and the baseline, each once. */
function compared({ table, runs, baseline }: ColumnContext): Int32Array {
  const isApart = baseline !== undefined && table.has(baseline) && !runs.includes(baseline);
  return isApart ? Int32Array.from([...runs, baseline]) : runs;
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

const mostSampled = 600;

/** Enough of many values to find their median, and one that is no integer where there is any. */
function sample({ value, has }: NumberColumn, context: ColumnContext): Float64Array {
  const slots = compared(context);
  const all = new Float64Array(slots.length);
  let count = 0;
  for (const slot of slots) {
    if (has[slot] === 1) {
      all[count++] = value[slot] ?? NaN;
    }
  }
  const values = all.subarray(0, count);
  if (count <= mostSampled) {
    return values;
  }
  const stride = Math.ceil(count / mostSampled);
  const fraction = values.find((each) => Number.isFinite(each) && !Number.isInteger(each));
  const some = values.filter((_, i) => i % stride === 0);
  return fraction === undefined ? some : Float64Array.from([...some, fraction]);
}
