/** Something that draws itself when a frame has time for it. */
export interface Drawing {
  /** Does what is most urgent, then goes on until the time (of `performance.now()`) is over. @returns whether more is to do */
  advance(deadline: number): boolean;
}

/** Milliseconds of a frame that drawing may take, all charts of a panel together: more where nobody does anything that has to be answered. */
const budget = { busy: 12, idle: 24 };
/** Milliseconds after what somebody did last. */
const busyTime = 1000;
const inputs = ['pointermove', 'pointerdown', 'wheel', 'keydown'] as const;

/**
 * One loop of frames for all charts of a panel: what many of them want to draw is spread over as many frames as it takes, so that
 * the page goes on answering. Every drawing that waits gets its turn before any gets a second one.
 */
export class DrawQueue {
  readonly #waiting = new Set<Drawing>();
  #first: Drawing | undefined;
  #frame: number | undefined;
  #busyUntil = -Infinity;

  /** Leaves frames more time for other things while somebody uses the page, until the returned function is called. */
  followInput(page: Window): () => void {
    const onInput = (): void => {
      this.#busyUntil = performance.now() + busyTime;
    };
    inputs.forEach((type) => page.addEventListener(type, onInput, { capture: true, passive: true }));
    return () => inputs.forEach((type) => page.removeEventListener(type, onInput, { capture: true }));
  }

  request(drawing: Drawing): void {
    this.#waiting.add(drawing);
    this.#schedule();
  }

  /** Of those that wait, this one is drawn first: the one that the pointer is in. */
  prefer(drawing: Drawing): void {
    this.#first = drawing;
  }

  forget(drawing: Drawing): void {
    this.#waiting.delete(drawing);
    this.#first = this.#first === drawing ? undefined : this.#first;
  }

  #schedule(): void {
    if (this.#frame === undefined && this.#waiting.size > 0) {
      this.#frame = requestAnimationFrame(() => this.#run());
    }
  }

  #run(): void {
    this.#frame = undefined;
    const begun = performance.now();
    const deadline = begun + (begun < this.#busyUntil ? budget.busy : budget.idle);
    const turn = [...this.#waiting];
    this.#waiting.clear();
    if (this.#first && turn.includes(this.#first)) {
      turn.splice(turn.indexOf(this.#first), 1);
      turn.unshift(this.#first);
    }
    const again: Drawing[] = [];
    for (const [index, drawing] of turn.entries()) {
      const now = performance.now();
      if (index > 0 && now > deadline) {
        // Nobody starves: these are before all others next time.
        this.#waiting.add(drawing);
      } else if (drawing.advance(now + (deadline - now) / (turn.length - index))) {
        again.push(drawing);
      }
    }
    again.forEach((drawing) => this.#waiting.add(drawing));
    this.#schedule();
  }
}
