/** Where the store of this window is. */
export interface StorePlace {
  /** Absolute. */
  readonly folder: string;
  /** What people are told that it is. */
  readonly name: string;
  /** The window uses another one than its settings name by now. */
  readonly isLeft: boolean;
}

type Place = Pick<StorePlace, 'folder' | 'name'>;

/**
 * As the settings say when the store is used first, and the same from then on: not as they say when the window opens, because in Restricted
 * Mode those of the workspace do not count yet, and a project that brings its store along would seem empty when it is trusted.
 */
export class PlaceOnceUsed implements StorePlace {
  #used: Place | undefined;

  constructor(private readonly read: () => Place) {}

  get folder(): string {
    return (this.#used ?? this.read()).folder;
  }

  get name(): string {
    return (this.#used ?? this.read()).name;
  }

  get isLeft(): boolean {
    return this.#used !== undefined && this.read().folder !== this.#used.folder;
  }

  use(): void {
    this.#used ??= this.read();
  }
}
