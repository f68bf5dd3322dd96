import { Chart, LinearScale, type ChartConfiguration, type Scale } from 'chart.js';
import { Store } from '../store';
import { axesOf, mostBands, placesOf, ticksOf, type Axes } from './axes';
import { CurveLayer, isSameFrame, type Frame } from './curveLayer';
import type { DrawQueue, Drawing } from './drawQueue';
import { drawBest, drawEdgePoints, drawLiveEnds } from './marks';
import type { PlotModel } from './plotModel';
import { backSteps, frontSteps, markSteps } from './plotSteps';
import { union, type Range } from './range';
import type { Area } from './surface';

Chart.register(LinearScale);

/** The part of a chart that is in view. */
export interface PlotView {
  readonly zoom: Range | undefined;
  readonly yZoom: Range | undefined;
  /** The pointer is in the chart: the y range may grow, but not shrink (ui.md 8). */
  readonly holdsY: boolean;
}

export type LeftOut = Pick<Axes, 'notPositive' | 'above' | 'below' | 'isFlattened'>;

export const nobody: ReadonlySet<string> = new Set();

const gutter = 42;
/** Opacity of the others where some curves are brought forward. */
const dimmed = 0.4;

/**
 * One chart on a canvas: chart.js lays out and draws the axes, the curves are pictures of our own (`CurveLayer`), as chart.js makes
 * an object of every point and draws all lines in one go. Canvas and chart stay while data, theme, axes and size change.
 */
export class Plot implements Drawing {
  readonly #chart: Chart;
  readonly #back = new CurveLayer();
  readonly #front = new CurveLayer();
  /** NaN and infinities, over the curves. */
  readonly #marks = new CurveLayer();
  #model: PlotModel | undefined;
  #view: PlotView = { zoom: undefined, yZoom: undefined, holdsY: false };
  #emphasis = nobody;
  #axes: Axes | undefined;
  /** What the pictures that were begun last are of. */
  #backOf: { model: PlotModel; frame: Frame } | undefined;
  #frontOf: { model: PlotModel; frame: Frame; emphasis: ReadonlySet<string> } | undefined;
  #isStale = { axes: false, paint: false };
  /** Layout alone is wanted: there is nothing to draw yet, or it is drawn later. */
  #isQuiet = true;

  /** How often it was repainted. */
  readonly drawn = new Store(0);
  /** What the axes do not show. */
  readonly leftOut = new Store<LeftOut>({ notPositive: 0, above: 0, below: 0, isFlattened: false });

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly queue: DrawQueue,
  ) {
    this.#chart = new Chart(canvas, this.#config());
    this.#isQuiet = false;
  }

  /** Shows another model. */
  set(model: PlotModel): void {
    if (model !== this.#model) {
      this.#model = model;
      this.#request('axes');
    }
  }

  /** Shows another part. */
  setView(view: PlotView): void {
    this.#view = view;
    this.#request('axes');
  }

  /** Brings some curves forward, the others back; nobody: all as they are. */
  emphasise(ids: ReadonlySet<string>): void {
    if (ids !== this.#emphasis) {
      this.#emphasis = ids;
      this.#request('paint');
    }
  }

  get axes(): Axes | undefined {
    return this.#axes;
  }

  /** What is drawn between the axes, in CSS pixels of the canvas; whole device pixels, so that pictures are put there as they are. */
  get area(): Area {
    const { left, right, top, bottom } = this.#chart.chartArea;
    const ratio = this.#chart.currentDevicePixelRatio;
    const snap = (pixel: number): number => Math.round(pixel * ratio) / ratio;
    return { left: snap(left), right: snap(right), top: snap(top), bottom: snap(bottom) };
  }

  /** Where x is drawn, in CSS pixels from the canvas's left; undefined outside of the plot. */
  pixelOfX(x: number): number | undefined {
    const { left, right } = this.area;
    const pixel = this.#axes ? placesOf(this.#axes, this.area).x(x) : NaN;
    return pixel >= left - 0.5 && pixel <= right + 0.5 ? pixel : undefined;
  }

  pixelOfY(y: number): number {
    return this.#axes ? placesOf(this.#axes, this.area).y(y) : NaN;
  }

  /** @param pixel from the canvas's left; outside of the plot: its nearest end */
  xAt(pixel: number): number {
    const { left, right } = this.area;
    const place = (Math.min(right, Math.max(left, pixel)) - left) / Math.max(1, right - left);
    return this.#axes ? between(this.#axes.x, this.#axes.xTransform, place) : NaN;
  }

  /** @param pixel from the canvas's top; outside of the plot: its nearest end */
  yAt(pixel: number): number {
    const { top, bottom } = this.area;
    const place = (bottom - Math.min(bottom, Math.max(top, pixel))) / Math.max(1, bottom - top);
    return this.#axes ? between(this.#axes.y, this.#axes.yTransform, place) : NaN;
  }

  /** The drawn x range. */
  get xRange(): Range {
    return this.#axes?.x ?? { min: 0, max: 1 };
  }

  dispose(): void {
    this.queue.forget(this);
    this.#chart.destroy();
  }

  advance(deadline: number): boolean {
    const model = this.#model;
    if (!model || this.#chart.width === 0) {
      return false;
    }
    if (this.#isStale.axes) {
      this.#layOut(model);
    }
    this.#beginPictures(model);
    // The few that are brought forward first.
    const isWhole = [this.#front, this.#back, this.#marks].map((layer) => layer.work(deadline)).includes(true);
    if (isWhole || this.#isStale.paint || this.#isStale.axes) {
      this.#isStale = { axes: false, paint: false };
      this.#chart.draw();
      this.drawn.update((count) => count + 1);
    }
    const isDrawing = this.#front.isPending || this.#back.isPending || this.#marks.isPending;
    const isPending = isDrawing || this.#isOutdated(model);
    this.#sayState(isPending ? 'drawing' : 'drawn', model);
    return isPending;
  }

  /** What can be seen on the canvas, for tests and measurements: which x, whether curves are whole in it, and up to where they go. */
  #sayState(state: 'drawing' | 'drawn', model: PlotModel): void {
    const { dataset } = this.canvas;
    dataset['state'] = state;
    dataset['range'] = `${this.xRange.min} ${this.xRange.max}`;
    if (state === 'drawn') {
      dataset['last'] = String(Math.max(...model.curves.map(({ curve }) => curve.x.at(-1) ?? -Infinity)));
    }
  }

  #request(what: 'axes' | 'paint'): void {
    this.#isStale[what] = true;
    this.canvas.dataset['state'] = 'drawing';
    this.queue.request(this);
  }

  /** Axes, their labels and the room for them. */
  #layOut(model: PlotModel): void {
    const before = this.#axes;
    const curves = model.curves.map(({ curve }) => curve);
    const { xScale, yScale, clip } = model;
    const { zoom, yZoom, holdsY } = this.#view;
    const hasBands = model.bands && curves.length <= mostBands;
    const axes = axesOf(curves, { zoom, yZoom, xScale, yScale, clip, bands: hasBands });
    const holds =
      holdsY && !yZoom && before?.yTransform.kind === axes.yTransform.kind && before.yTransform.kind !== 'symlog';
    this.#axes = holds ? { ...axes, y: union(axes.y, before.y) } : axes;
    if (before && (before.xTransform.id !== axes.xTransform.id || before.yTransform.id !== axes.yTransform.id)) {
      [this.#back, this.#front, this.#marks].forEach((layer) => layer.clear());
    }
    this.#tell(this.#axes);
    const { palette } = model;
    const scales = this.#chart.options.scales ?? {};
    const { x, y, xTransform, yTransform } = this.#axes;
    for (const [name, range, transform] of [
      ['x', x, xTransform],
      ['y', y, yTransform],
    ] as const) {
      const scale = scales[name];
      if (scale) {
        Object.assign(scale, { min: transform.to(range.min), max: transform.to(range.max) });
        Object.assign(scale.grid ?? {}, { color: palette.grid });
        Object.assign('border' in scale ? (scale.border ?? {}) : {}, { color: palette.line });
        Object.assign(scale.ticks ?? {}, { color: palette.dim, font: { family: palette.fontFamily, size: 11 } });
      }
    }
    this.#isQuiet = true;
    try {
      this.#chart.update('none');
    } finally {
      this.#isQuiet = false;
    }
  }

  #tell({ notPositive, above, below, isFlattened }: Axes): void {
    const before = this.leftOut.get();
    const isSame = before.notPositive === notPositive && before.above === above && before.below === below;
    if (!isSame || before.isFlattened !== isFlattened) {
      this.leftOut.set({ notPositive, above, below, isFlattened });
    }
  }

  /** A picture that is being drawn is finished first: it has its place also in a view that moved on. */
  #beginPictures(model: PlotModel): void {
    const frame = this.#frame();
    if (!frame || !this.#axes) {
      return;
    }
    const pen = placesOf(this.#axes, { left: 0, top: 0, right: frame.width, bottom: frame.height });
    const range = this.#axes.x;
    if (!this.#back.isPending && (this.#backOf?.model !== model || !isSameFrame(this.#backOf.frame, frame))) {
      this.#back.begin(frame, { ...pen, palette: model.palette, range }, backSteps(model));
      const marks = markSteps(model);
      if (marks.length > 0) {
        this.#marks.begin(frame, { ...pen, palette: model.palette, range }, marks);
      } else {
        this.#marks.clear();
      }
      this.#backOf = { model, frame };
    }
    const emphasis = this.#emphasis;
    if (emphasis.size === 0) {
      this.#front.clear();
      this.#frontOf = undefined;
    } else if (
      !this.#front.isPending &&
      (this.#frontOf?.model !== model ||
        this.#frontOf.emphasis !== emphasis ||
        !isSameFrame(this.#frontOf.frame, frame))
    ) {
      this.#front.begin(frame, { ...pen, palette: model.palette, range }, frontSteps(model, emphasis));
      this.#frontOf = { model, frame, emphasis };
    }
  }

  #isOutdated(model: PlotModel): boolean {
    const frame = this.#frame();
    return frame !== undefined && (this.#backOf?.model !== model || !isSameFrame(this.#backOf.frame, frame));
  }

  #frame(): Frame | undefined {
    const axes = this.#axes;
    const { left, right, top, bottom } = this.area;
    if (!axes || !(right > left && bottom > top)) {
      return undefined;
    }
    return {
      left: axes.xTransform.to(axes.x.min),
      right: axes.xTransform.to(axes.x.max),
      bottom: axes.yTransform.to(axes.y.min),
      top: axes.yTransform.to(axes.y.max),
      width: right - left,
      height: bottom - top,
      ratio: this.#chart.currentDevicePixelRatio,
    };
  }

  #paint(): void {
    const model = this.#model;
    const frame = this.#frame();
    if (!model || !frame || !this.#axes) {
      return;
    }
    const context = this.#chart.ctx;
    const { area } = this;
    context.save();
    context.beginPath();
    context.rect(area.left - 1, area.top - 1, area.right - area.left + 2, area.bottom - area.top + 2);
    context.clip();
    context.globalAlpha = this.#emphasis.size > 0 ? dimmed : 1;
    this.#back.paint(context, frame, area);
    context.globalAlpha = 1;
    this.#front.paint(context, frame, area);
    this.#marks.paint(context, frame, area);
    context.restore();
    context.save();
    const pen = { ...placesOf(this.#axes, area), context, palette: model.palette, range: this.#axes.x };
    const emphasis = this.#emphasis;
    const alphaOf = (id: string): number => (emphasis.size === 0 || emphasis.has(id) ? 1 : dimmed);
    drawEdgePoints(pen, model.curves, alphaOf);
    drawLiveEnds(pen, model.curves, alphaOf);
    drawBest(pen, model.curves, model.better);
    context.restore();
  }

  #config(): ChartConfiguration<'line'> {
    const base = { display: true, border: { display: false }, title: { display: false }, type: 'linear' as const };
    return {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 6, right: 14, bottom: 0, left: 0 } },
        onResize: () => this.#request('axes'),
        scales: {
          x: {
            ...base,
            border: { display: true },
            grid: { display: false, tickLength: 3 },
            ticks: { padding: 2, maxRotation: 0, callback: (_, at) => this.#labels.x[at] ?? '' },
            afterBuildTicks: (scale) => this.#setTicks(scale, 'x', scale.width / 70),
          },
          y: {
            ...base,
            grid: { drawTicks: false },
            ticks: { padding: 6, maxRotation: 0, callback: (_, at) => this.#labels.y[at] ?? '' },
            afterBuildTicks: (scale) => this.#setTicks(scale, 'y', scale.height / 26),
            // The same for all charts, so that they stand in line and do not shift while values come.
            afterFit: (scale) => (scale.width = Math.max(scale.width, gutter)),
          },
        },
      },
      plugins: [
        {
          id: 'curves',
          beforeRender: () => !this.#isQuiet,
          beforeDatasetsDraw: () => this.#paint(),
        },
      ],
    };
  }

  readonly #labels: { x: string[]; y: string[] } = { x: [], y: [] };

  #setTicks(scale: Scale, name: 'x' | 'y', room: number): void {
    const axes = this.#axes;
    if (!axes || !this.#model || (name === 'y' && !axes.hasValues)) {
      scale.ticks = [];
      return;
    }
    const transform = name === 'x' ? axes.xTransform : axes.yTransform;
    const kind = name === 'x' ? this.#model.axis : 'value';
    const ticks = ticksOf(kind, axes[name], transform, Math.round(Math.min(6, Math.max(3, room))));
    this.#labels[name] = ticks.map(({ label }) => label);
    scale.ticks = ticks.map(({ value }) => ({ value: transform.to(value) }));
  }
}

function between({ min, max }: Range, { to, from }: Axes['xTransform'], share: number): number {
  const low = to(min);
  return from(low + (to(max) - low) * share);
}
