/** The values of one column, by the slot of the run (`RunTable`). Pure. */
import { numberOfText } from '../../../src/core/search/literals';
import type { TableColumn } from '../../../src/protocol/tableTypes';
import { rankTexts } from './naturalOrder';

/** Grows by half, so that adding runs one by one stays cheap. */
function capacity(wanted: number, present: number): number {
  return wanted <= present ? present : Math.max(wanted, Math.ceil(present * 1.5), 64);
}

/** Numbers; `has` is 0 where the run has no such key. NaN is a value. */
export class NumberColumn {
  readonly kind = 'numbers';
  value = new Float64Array(0);
  has = new Uint8Array(0);
  /** Rises with every change of a value. */
  version = 0;

  set(slot: number, value: number | undefined): void {
    if (slot >= this.value.length) {
      const size = capacity(slot + 1, this.value.length);
      const [wasValue, wasHas] = [this.value, this.has];
      this.value = new Float64Array(size);
      this.has = new Uint8Array(size);
      this.value.set(wasValue);
      this.has.set(wasHas);
    }
    this.value[slot] = value ?? NaN;
    this.has[slot] = value === undefined ? 0 : 1;
  }

  get(slot: number): number | undefined {
    return this.has[slot] === 1 ? this.value[slot] : undefined;
  }
}

/** Texts, each different one held once. */
export class TextColumn {
  readonly kind = 'texts';
  /** Index into `values`, -1 where the run has no such key. */
  code = new Int32Array(0);
  readonly values: string[] = [];
  version = 0;
  readonly #codes = new Map<string, number>();
  #ranks: Float64Array | undefined;
  #numbers: Float64Array | undefined;

  set(slot: number, text: string | undefined): void {
    if (slot >= this.code.length) {
      const was = this.code;
      this.code = new Int32Array(capacity(slot + 1, was.length)).fill(-1);
      this.code.set(was);
    }
    this.code[slot] = text === undefined ? -1 : this.codeOf(text);
  }

  codeOf(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(text);
      this.#codes.set(text, code);
      this.#ranks = this.#numbers = undefined;
    }
    return code;
  }

  get(slot: number): string | undefined {
    const code = this.code[slot] ?? -1;
    return code < 0 ? undefined : this.values[code];
  }

  /** By code: its place in the order (`rankTexts`). */
  get ranks(): Float64Array {
    return (this.#ranks ??= rankTexts(this.values));
  }

  /** By code: the number that the text is, NaN where it is none. */
  get numbers(): Float64Array {
    return (this.#numbers ??= Float64Array.from(this.values, (text) => numberOfText(text) ?? NaN));
  }
}

export type ColumnData = NumberColumn | TextColumn;

/**
 * Writes an answer into a column, made anew where the kind is another one.
 * @param slots of the answer's runs, in its order; -1 for runs that are not in the table
 * @param asked slots that the answer speaks of: those of them that it leaves out do not have the key
 */
export function takeColumn(
  into: ColumnData | undefined,
  answer: TableColumn,
  slots: Int32Array,
  asked: Iterable<number>,
): ColumnData {
  const column = answer.kind === 'numbers' ? numbersOf(into) : textsOf(into);
  for (const slot of asked) {
    column.set(slot, undefined);
  }
  if (answer.kind === 'numbers' && column.kind === 'numbers') {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? -1;
      if (slot >= 0) {
        column.set(slot, answer.value[i]);
      }
    }
  } else if (answer.kind === 'texts' && column.kind === 'texts') {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? -1;
      if (slot >= 0) {
        column.set(slot, answer.values[answer.code[i] ?? -1]);
      }
    }
  }
  column.version++;
  return column;
}

function numbersOf(column: ColumnData | undefined): NumberColumn {
  return column?.kind === 'numbers' ? column : new NumberColumn();
}

function textsOf(column: ColumnData | undefined): TextColumn {
  return column?.kind === 'texts' ? column : new TextColumn();
}
