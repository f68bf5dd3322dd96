import { useCallback, useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import type { Plot } from './plot';
import { nearestX, readingsAt, type Reading } from './reading';

interface Options {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly plot: Plot | undefined;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}

/** An x range that is being drawn with the pointer: CSS pixels of the canvas and values of the axis. */
interface Selection {
  readonly from: number;
  readonly to: number;
  readonly min: number;
  readonly max: number;
}

/** Shorter drags are clicks. */
const shortest = 5;
/** A run's value is told where its point lies at most this far from the cross-hair, in CSS pixels. */
export const readingReach = 24;

/** The pointer over a chart: cross-hair and tooltip follow it, a drag zooms, a double click resets. */
export function usePlotPointer({ view, metric, curves, plot, canvas }: Options) {
  const { hover, session, axis } = view;
  const last = useRef<{ clientX: number; clientY: number } | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const [selection, setSelection] = useState<Selection>();
  const [isInside, setIsInside] = useState(false);

  const point = useCallback(
    (at: { clientX: number; clientY: number }): void => {
      if (!plot || !canvas.current) {
        return;
      }
      const box = canvas.current.getBoundingClientRect();
      const wanted = plot.xAt(at.clientX - box.left);
      const x = nearestX(curves, wanted);
      if (x === undefined || plot.pixelOfX(x) === undefined) {
        hover.set(undefined);
        return;
      }
      const readings = readingsAt(curves, x, toleranceOf(plot));
      const nearest = nearestReading(readings, plot, at.clientY - box.top)?.runId;
      const span = plot.xRange.max - plot.xRange.min;
      hover.set({ key: metric, x, axis, span, readings, nearest, left: at.clientX, top: at.clientY });
    },
    [axis, canvas, curves, hover, metric, plot],
  );
  const leave = useCallback((): void => {
    last.current = undefined;
    setIsInside(false);
    if (hover.get()?.key === metric) {
      hover.set(undefined);
    }
  }, [hover, metric]);
  useEffect(() => leave, [leave]);

  const onDrawn = useCallback(() => {
    if (last.current && drag.current === undefined) {
      point(last.current);
    }
  }, [point]);

  const selectionTo = (event: PointerEvent): Selection | undefined =>
    plot && drag.current !== undefined ? selectionOf(plot, drag.current, pixelIn(plot, event)) : undefined;
  const handlers = {
    onPointerMove: (event: PointerEvent): void => {
      last.current = { clientX: event.clientX, clientY: event.clientY };
      setIsInside(true);
      if (drag.current === undefined) {
        point(last.current);
      } else {
        setSelection(selectionTo(event));
      }
    },
    onPointerDown: (event: PointerEvent): void => {
      if (event.button === 0 && plot) {
        drag.current = pixelIn(plot, event);
        event.currentTarget.setPointerCapture(event.pointerId);
      }
    },
    onPointerUp: (event: PointerEvent): void => {
      const chosen = selectionTo(event);
      drag.current = undefined;
      setSelection(undefined);
      if (chosen) {
        hover.set(undefined);
        session.arrange({ zoom: { min: chosen.min, max: chosen.max } });
      }
    },
    onPointerCancel: (): void => {
      drag.current = undefined;
      setSelection(undefined);
    },
    onPointerLeave: leave,
    onDoubleClick: (): void => session.arrange({ zoom: undefined }),
  };
  return { handlers, selection, isInside, onDrawn };
}

/** Where the pointer is, from the canvas's left, but within the plot. */
function pixelIn({ area }: Plot, event: PointerEvent): number {
  const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
  return Math.min(area.right, Math.max(area.left, at));
}

function selectionOf(plot: Plot, start: number, at: number): Selection | undefined {
  const [from, to] = [Math.min(at, start), Math.max(at, start)];
  return to - from < shortest ? undefined : { from, to, min: plot.xAt(from), max: plot.xAt(to) };
}

/** `readingReach` in the unit of the x axis. */
export function toleranceOf(plot: Plot): number {
  const { left, right } = plot.area;
  const { min, max } = plot.xRange;
  return right > left ? ((max - min) / (right - left)) * readingReach : 0;
}

function nearestReading(readings: readonly Reading[], plot: Plot, top: number): Reading | undefined {
  let best: Reading | undefined;
  let distance = Infinity;
  for (const reading of readings) {
    const own = Math.abs(plot.pixelOfY(reading.value) - top);
    if (own < distance) {
      best = reading;
      distance = own;
    }
  }
  return best ?? readings[0];
}
