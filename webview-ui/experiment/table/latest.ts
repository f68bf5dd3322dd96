/** Keeps what was made last for as long as it would be made from the same. Pure. */
export class Latest<Value> {
  #made: { readonly from: readonly unknown[]; readonly value: Value } | undefined;

  /** @param from all that `make` uses, compared by identity */
  of(from: readonly unknown[], make: () => Value): Value {
    if (!this.#made || !isSameList(this.#made.from, from)) {
      this.#made = { from, value: make() };
    }
    return this.#made.value;
  }
}

export function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => Object.is(each, b[i]));
}
