import { useCallback, useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import { Store } from '../store';
import { arrangeCharts, resetZoom, type ChartsView, type Hover } from './controller';
import { withEntry } from './arrangement';
import { xExtent, type Curve } from './curve';
import { hoverAnew, hoverAt, type Place, type Point } from './hovering';
import type { Plot } from './plot';
import { isRange, isSameRange, type Range } from './range';
import { allowed, panned, zoomed } from './zooming';

interface Options {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly plot: Plot | undefined;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}

/** A box that is being drawn with the pointer, in CSS pixels of the canvas. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Too flat to mean a y range. */
  readonly isFlat: boolean;
}

interface Drag {
  readonly kind: 'box' | 'pan';
  readonly x: number;
  readonly y: number;
  /** Where a pan is now. */
  lastX: number;
  lastY: number;
}

/** Shorter drags are clicks. */
const shortest = 5;
/** A box less high than this zooms x only. */
const flat = 16;
/** A click so near to a curve chooses it. */
const clickReach = 12;

/** The pointer over a chart: cross-hair and tooltip follow it, a drag zooms, a double click resets. */
export function usePlotPointer(options: Options) {
  const { view, metric, plot, canvas } = options;
  const { hover, session } = view;
  const now = useRef(options);
  useEffect(() => {
    now.current = options;
  });
  const last = useRef<Point | undefined>(undefined);
  const drag = useRef<Drag | undefined>(undefined);
  const [yPan] = useState(() => new Store<Range | undefined>(undefined));
  const [box, setBox] = useState<Box>();
  const [isInside, setIsInside] = useState(false);

  const drawBox = (next: Box | undefined): void => {
    setBox(next);
    hover.set(next ? undefined : hover.get());
  };
  const leave = useCallback((): void => {
    last.current = undefined;
    setIsInside(false);
    if (hover.get()?.key === metric && !hover.get()?.isKept) {
      hover.set(undefined);
    }
    session.mark({ hovered: undefined });
  }, [hover, metric, session]);
  useEffect(() => leave, [leave]);
  useWheel(now, canvas, plot);

  /** What the curves say at the cross-hair may be something else now. */
  const onDrawn = useCallback(() => {
    const place = placeOf(now.current);
    if (place && drag.current === undefined) {
      setHover(place, hoverAnew(place, place.view.hover.get(), last.current));
    }
  }, []);

  const handlers = {
    onPointerMove: (event: PointerEvent): void => {
      last.current = { clientX: event.clientX, clientY: event.clientY };
      if (!isInside) {
        setIsInside(true);
        if (plot) {
          view.queue.prefer(plot);
        }
      }
      if (drag.current === undefined) {
        pointAt(options, last.current);
      } else if (drag.current.kind === 'pan') {
        pan(options, drag.current, event, yPan);
      } else {
        drawBox(boxOf(plot, drag.current, event));
      }
    },
    onPointerDown: (event: PointerEvent): void => {
      if (event.button === 0 && plot && !isOnControl(event)) {
        const { x, y } = placeIn(plot, event);
        drag.current = { kind: event.shiftKey ? 'pan' : 'box', x, y, lastX: x, lastY: y };
        event.currentTarget.setPointerCapture(event.pointerId);
      }
    },
    onPointerUp: (event: PointerEvent): void => {
      const { current } = drag;
      const chosen = current?.kind === 'box' ? boxOf(plot, current, event) : undefined;
      drag.current = undefined;
      setBox(undefined);
      release(options, event, current, chosen, yPan.get());
    },
    onPointerCancel: (): void => {
      drag.current = undefined;
      yPan.set(undefined);
      setBox(undefined);
    },
    onPointerLeave: leave,
    onDoubleClick: (): void => {
      hover.set(undefined);
      resetZoom(view, metric);
    },
  };
  return { handlers, box, isInside, onDrawn, yPan };
}

function release(
  options: Options,
  event: PointerEvent,
  drag: Drag | undefined,
  box: Box | undefined,
  y: Range | undefined,
): void {
  if (drag?.kind === 'pan') {
    options.view.zoom.settle();
    if (y) {
      zoomY(options, y);
    }
  } else if (box) {
    zoomTo(options, box);
  } else if (drag) {
    click(options, event);
  }
}

function pointAt(options: Options, at: Point): void {
  const place = placeOf(options);
  if (place && !place.view.hover.get()?.isKept) {
    setHover(place, hoverAt(place, at));
  }
}

/** Undefined as long as there is no plot. */
function placeOf({ view, metric, curves, plot, canvas }: Options): Place | undefined {
  return plot && canvas.current ? { view, metric, curves, plot, canvas: canvas.current } : undefined;
}

function setHover({ view, metric }: Place, next: Hover | undefined): void {
  const { hover, session } = view;
  hover.set(next);
  if (next?.key === metric && !next.isByKeys && !next.isKept && session.marked.get().hovered !== next.nearest) {
    session.mark({ hovered: next.nearest });
  }
}

/** A click keeps the tooltip, and selects the run whose curve it is on; the next one lets go. */
function click({ view, plot, canvas }: Options, event: PointerEvent): void {
  const { hover } = view;
  const held = hover.get();
  if (!held || held.isKept) {
    hover.set(undefined);
    return;
  }
  hover.set({ ...held, isKept: true });
  const top = event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0);
  const reading = held.readings.find(({ runId }) => runId === held.nearest);
  if (reading && plot && Math.abs(plot.pixelOfY(reading.value) - top) <= clickReach) {
    select(view, reading.runId, event.ctrlKey || event.metaKey);
  }
}

/** Selects a run, or the runs of a group, in the panel: instead of what is selected, or in addition. */
export function select({ session, groups }: ChartsView, id: string, isAdded: boolean): void {
  const ids = groups.find((group) => group.id === id)?.runIds ?? [id];
  const before = session.marked.get().selected;
  const isSelected = ids.every((each) => before.has(each));
  if (isAdded) {
    const next = new Set(before);
    ids.forEach((each) => (isSelected ? next.delete(each) : next.add(each)));
    session.mark({ selected: next });
  } else {
    session.mark({ selected: isSelected && before.size === ids.length ? new Set() : new Set(ids) });
  }
}

function zoomTo(options: Options, { left, right, top, bottom, isFlat }: Box): void {
  const { view, plot } = options;
  if (!plot) {
    return;
  }
  view.hover.set(undefined);
  if (!isFlat) {
    zoomY(options, { min: plot.yAt(bottom), max: plot.yAt(top) });
  }
  view.zoom.set({ min: plot.xAt(left), max: plot.xAt(right) });
  view.zoom.settle();
}

function zoomY({ view, metric }: Options, range: Range): void {
  const { yZoom } = view.session.state.get().charts;
  arrangeCharts(view.session, { yZoom: withEntry(yZoom, metric, range) });
}

/** Moves x in all charts, and y where this one is zoomed in y. @param yPan gets where y is while it is dragged */
function pan(
  { view, curves, plot, metric }: Options,
  drag: Drag,
  event: PointerEvent,
  yPan: Store<Range | undefined>,
): void {
  const whole = xExtent(curves);
  const axes = plot?.axes;
  if (!plot || !axes || !whole) {
    return;
  }
  const { x, y } = placeIn(plot, event);
  const { left, right, top, bottom } = plot.area;
  const share = (drag.lastX - x) / Math.max(1, right - left);
  const yShare = (y - drag.lastY) / Math.max(1, bottom - top);
  [drag.lastX, drag.lastY] = [x, y];
  view.hover.set(undefined);
  const { yZoom } = view.session.state.get().charts;
  if (Object.hasOwn(yZoom, metric) && yShare !== 0) {
    const moved = panned(axes.y, axes.yTransform, yShare);
    yPan.set(isRange(moved) ? moved : axes.y);
  }
  const from = view.zoom.range.get() ?? axes.x;
  const next = panned(from, axes.xTransform, share);
  if (Number.isFinite(next.max - next.min) && next.max > whole.min && next.min < whole.max) {
    view.zoom.set(next);
  }
}

/** Ctrl and the wheel (or a pinch) zoom x around the pointer; the wheel alone scrolls the page, as everywhere. */
function useWheel(now: RefObject<Options>, canvas: RefObject<HTMLCanvasElement | null>, plot: Plot | undefined): void {
  useEffect(() => {
    const element = canvas.current;
    const onWheel = (event: WheelEvent): void => {
      const { view, curves } = now.current;
      const axes = plot?.axes;
      const whole = xExtent(curves);
      if (!(event.ctrlKey || event.metaKey) || !element || !plot || !axes || !whole) {
        return;
      }
      event.preventDefault();
      const centre = plot.xAt(event.clientX - element.getBoundingClientRect().left);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const factor = 1.002 ** Math.min(300, Math.max(-300, event.deltaY * lines));
      const from = view.zoom.range.get() ?? axes.x;
      const next = allowed(zoomed(from, axes.xTransform, centre, factor), whole);
      if (!isSameRange(next, view.zoom.range.get())) {
        view.hover.set(undefined);
        view.zoom.set(next);
      }
    };
    // Not passive: the page must not zoom.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [now, canvas, plot]);
}

/** Where the pointer is, from the canvas's corner, but within the plot. */
function placeIn({ area }: Plot, event: PointerEvent): { x: number; y: number } {
  const own = event.currentTarget.getBoundingClientRect();
  return {
    x: Math.min(area.right, Math.max(area.left, event.clientX - own.left)),
    y: Math.min(area.bottom, Math.max(area.top, event.clientY - own.top)),
  };
}

function boxOf(plot: Plot | undefined, drag: Drag, event: PointerEvent): Box | undefined {
  if (!plot) {
    return undefined;
  }
  const { x, y } = placeIn(plot, event);
  const [left, right] = [Math.min(x, drag.x), Math.max(x, drag.x)];
  const isFlat = Math.abs(y - drag.y) < flat;
  const { area } = plot;
  const [top, bottom] = isFlat ? [area.top, area.bottom] : [Math.min(y, drag.y), Math.max(y, drag.y)];
  return right - left < shortest ? undefined : { left, right, top, bottom, isFlat };
}

function isOnControl(event: PointerEvent): boolean {
  return event.target instanceof Element && event.target.closest('button, a, input') !== null;
}

/** The x range of what is drawn now, for zooming by other means. */
export function shownRange(view: ChartsView, plot: Plot): Range {
  return view.zoom.range.get() ?? plot.xRange;
}
