import type { Disposable } from './types';

/** A list of listeners. After `dispose` none is called and none is taken. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<{ readonly call: (value: T) => void }>();
  private disposed = false;

  on(call: (value: T) => void): Disposable {
    const listener = { call };
    if (!this.disposed) {
      this.listeners.add(listener);
    }
    return { dispose: () => void this.listeners.delete(listener) };
  }

  fire(value: T): void {
    for (const { call } of [...this.listeners]) {
      call(value);
    }
  }

  dispose(): void {
    this.disposed = true;
    this.listeners.clear();
  }
}
