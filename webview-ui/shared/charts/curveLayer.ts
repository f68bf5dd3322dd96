import type { Area, Pen } from './surface';

/** Which part of the plane a picture shows: places along the axes (`Transform.to`), and its size in CSS pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Device pixels to a CSS pixel. */
  readonly ratio: number;
}

interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  frame: Frame;
}

/** Draws one part of a picture; many small ones make no long task. */
export type Step = (pen: Pen) => void;

/**
 * A picture that takes longer than a frame may. It is drawn out of sight, step by step, and shown when it is whole; until then
 * the one before is shown, moved and stretched to where it belongs.
 */
export class CurveLayer {
  #shown: Picture | undefined;
  #next: Picture | undefined;
  #steps: readonly Step[] = [];
  #done = 0;
  #pen: Pen | undefined;

  /** True while the picture that was asked for last is not whole. */
  get isPending(): boolean {
    return this.#pen !== undefined;
  }

  /** Asks for another picture. @param pen with the axes of `frame`, its area at (0, 0) */
  begin(frame: Frame, pen: Omit<Pen, 'context'>, steps: readonly Step[]): void {
    this.#next ??= newPicture(frame);
    const { canvas, context } = this.#next;
    this.#next.frame = frame;
    const [width, height] = [Math.round(frame.width * frame.ratio), Math.round(frame.height * frame.ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    this.#pen = { ...pen, context };
    this.#steps = steps;
    this.#done = 0;
  }

  /** Goes on until it is done or the time (of `performance.now()`) is over. @returns whether the picture became whole */
  work(deadline: number): boolean {
    const pen = this.#pen;
    if (!pen) {
      return false;
    }
    do {
      this.#steps[this.#done]?.(pen);
      this.#done++;
    } while (this.#done < this.#steps.length && performance.now() < deadline);
    if (this.#done < this.#steps.length) {
      return false;
    }
    this.#pen = undefined;
    [this.#shown, this.#next] = [this.#next, this.#shown];
    return true;
  }

  /** Puts the last whole picture where it belongs in `frame`, whose area is at `area` of the target. */
  paint(target: CanvasRenderingContext2D, frame: Frame, area: Area): void {
    const shown = this.#shown;
    if (!shown || shown.canvas.width === 0 || shown.canvas.height === 0) {
      return;
    }
    const own = shown.frame;
    if (isSameFrame(own, frame)) {
      target.drawImage(shown.canvas, area.left, area.top, frame.width, frame.height);
      return;
    }
    const perX = frame.width / (frame.right - frame.left);
    const perY = frame.height / (frame.top - frame.bottom);
    const left = area.left + (own.left - frame.left) * perX;
    const top = area.top + (frame.top - own.top) * perY;
    const width = (own.right - own.left) * perX;
    const height = (own.top - own.bottom) * perY;
    if ([left, top, width, height].every((each) => Math.abs(each) < 1e6) && width > 0.01 && height > 0.01) {
      target.drawImage(shown.canvas, left, top, width, height);
    }
  }

  /** Forgets what it shows and what it draws. */
  clear(): void {
    this.#next ??= this.#shown;
    this.#shown = undefined;
    this.#pen = undefined;
    this.#steps = [];
  }
}

export function isSameFrame(a: Frame, b: Frame): boolean {
  return (
    a.left === b.left &&
    a.right === b.right &&
    a.bottom === b.bottom &&
    a.top === b.top &&
    a.width === b.width &&
    a.height === b.height &&
    a.ratio === b.ratio
  );
}

function newPicture(frame: Frame): Picture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('This browser has no 2D canvas');
  }
  return { canvas, context, frame };
}
