interface Disposable {
  dispose(): unknown;
}

/** Owns what must be disposed, last added first; what is added after `dispose` is disposed at once. */
export class Disposables implements Disposable {
  readonly #owned: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) {
      item.dispose();
    } else {
      this.#owned.push(item);
    }
    return item;
  }

  dispose(): void {
    this.#disposed = true;
    for (let item = this.#owned.pop(); item !== undefined; item = this.#owned.pop()) {
      item.dispose();
    }
  }
}
