import { useSyncExternalStore } from 'react';

/** A value that tells its listeners when it is replaced. Values are never changed in place. */
export class Store<Value> {
  readonly #listeners = new Set<() => void>();
  #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  readonly get = (): Value => this.#value;

  /** Listeners are told only when the value is another one. */
  set(value: Value): void {
    if (!Object.is(value, this.#value)) {
      this.#value = value;
      for (const listener of [...this.#listeners]) {
        listener();
      }
    }
  }

  update(change: (value: Value) => Value): void {
    this.set(change(this.#value));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Renders again when what `select` takes from the store is another value; `select` must return the same one while nothing changed. */
export function useStore<Value, Selected>(store: Store<Value>, select: (value: Value) => Selected): Selected {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
