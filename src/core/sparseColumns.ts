/** Cells of one key as sorted columns in memory: twelve bytes each, so that a key that few runs have costs little. */

/** Values by run number, in ascending order of the numbers. */
export class SparseColumn<Values extends Float64Array | Uint32Array = Float64Array> {
  #runs = new Uint32Array(16);
  #values: Values;
  #count = 0;

  constructor(private readonly make: (length: number) => Values) {
    this.#values = make(16);
  }

  get count(): number {
    return this.#count;
  }

  /** Ascending; a view that the next change may make stale, as that of `values`. */
  get runs(): Uint32Array {
    return this.#runs.subarray(0, this.#count);
  }

  get values(): Values {
    return this.#values.subarray(0, this.#count) as Values;
  }

  /** Index into `runs` and `values`. */
  placeOf(run: number): number | undefined {
    const at = this.#place(run);
    return at < this.#count && this.#runs[at] === run ? at : undefined;
  }

  set(run: number, value: number): void {
    const at = this.#place(run);
    if (at < this.#count && this.#runs[at] === run) {
      this.#values[at] = value;
      return;
    }
    if (this.#count === this.#runs.length) {
      this.#grow();
    }
    this.#runs.copyWithin(at + 1, at, this.#count);
    this.#values.copyWithin(at + 1, at, this.#count);
    this.#runs[at] = run;
    this.#values[at] = value;
    this.#count++;
  }

  delete(run: number): void {
    const at = this.#place(run);
    if (at < this.#count && this.#runs[at] === run) {
      this.#runs.copyWithin(at, at + 1, this.#count);
      this.#values.copyWithin(at, at + 1, this.#count);
      this.#count--;
    }
  }

  /** Where a run is, or belongs. Most come in ascending order. */
  #place(run: number): number {
    let high = this.#count;
    if (high === 0 || run > (this.#runs[high - 1] ?? 0)) {
      return high;
    }
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle] ?? 0) < run) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #grow(): void {
    const runs = new Uint32Array(this.#runs.length * 2);
    runs.set(this.#runs);
    this.#runs = runs;
    const values = this.make(runs.length);
    values.set(this.#values);
    this.#values = values;
  }
}

export const numberColumn = (): SparseColumn => new SparseColumn((length) => new Float64Array(length));

/** Texts by run number; each different text is kept once. */
export class TextColumn {
  readonly #codes = new SparseColumn((length) => new Uint32Array(length));
  readonly #codeOf = new Map<string, number>();
  #texts: string[] = [];

  get count(): number {
    return this.#codes.count;
  }

  get runs(): Uint32Array {
    return this.#codes.runs;
  }

  /** Index into `texts`. */
  get codes(): Uint32Array {
    return this.#codes.values;
  }

  /** Some may be used by no run any more. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  placeOf(run: number): number | undefined {
    return this.#codes.placeOf(run);
  }

  set(run: number, text: string): void {
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      this.#forgetUnused();
      code = this.#texts.push(text) - 1;
      this.#codeOf.set(text, code);
    }
    this.#codes.set(run, code);
  }

  delete(run: number): void {
    this.#codes.delete(run);
  }

  /** A tag that is changed again and again must not fill the memory with what it was. */
  #forgetUnused(): void {
    if (this.#texts.length < 64 + 2 * this.#codes.count) {
      return;
    }
    const before = this.#texts;
    const codes = this.#codes.values;
    this.#texts = [];
    this.#codeOf.clear();
    codes.forEach((code, at) => {
      const text = before[code] ?? '';
      const known = this.#codeOf.get(text) ?? this.#texts.push(text) - 1;
      this.#codeOf.set(text, known);
      codes[at] = known;
    });
  }
}
