import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ChartConfiguration,
  type ChartDataset,
  type Scale,
} from 'chart.js';
import type { XAxis } from '../../../src/protocol/extras';
import { faded, type Palette, type RunLook } from '../palette';
import type { Range } from '../panelState';
import { mostBands, ticksOf, union, type Axes } from './axes';
import type { Curve } from './curve';
import { drawBands, drawEnds, drawOddPoints } from './marks';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface DrawnCurve {
  readonly curve: Curve;
  readonly look: RunLook;
  /** The run still runs: its end is marked. */
  readonly isLive: boolean;
}

export interface PlotModel {
  readonly curves: readonly DrawnCurve[];
  readonly axis: XAxis;
  readonly axes: Axes;
  readonly palette: Palette;
}

type Point = { x: number; y: number };
type LineChart = Chart<'line', Point[]>;

const gutter = 42;

/** One line chart on a canvas. The canvas and the chart stay while data, theme, axes and size change. */
export class Plot {
  readonly #chart: LineChart;
  #model: PlotModel | undefined;
  #y: { range: Range; log: boolean } | undefined;
  /** Values are drawn times this: near the ends of doubles chart.js would compute with infinities. */
  #unit = 1;
  #emphasis: string | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#chart = new Chart(canvas, this.#config());
  }

  /** @param holdY the pointer is in the chart: the y range may grow, but not shrink */
  draw(model: PlotModel, holdY: boolean): void {
    this.#model = model;
    const { axes } = model;
    const held = holdY && this.#y?.log === axes.log ? this.#y.range : undefined;
    this.#y = { range: union(axes.y, held), log: axes.log };
    this.#unit = unitOf(this.#y.range);
    this.#apply(model, axes.x, this.#y.range, axes.log);
  }

  /** Brings one run forward, the others back; undefined: all as they are. */
  emphasise(runId: string | undefined): void {
    if (runId !== this.#emphasis) {
      this.#emphasis = runId;
      for (const [index, dataset] of this.#chart.data.datasets.entries()) {
        this.#paint(dataset, this.#model?.curves[index]?.look);
      }
      this.#chart.update('none');
    }
  }

  /** Where x is drawn, in CSS pixels from the canvas's left; undefined outside of the plot. */
  pixelOfX(x: number): number | undefined {
    const { left, right } = this.#chart.chartArea;
    const pixel = this.#chart.scales['x']?.getPixelForValue(x) ?? NaN;
    return pixel >= left - 0.5 && pixel <= right + 0.5 ? pixel : undefined;
  }

  pixelOfY(y: number): number {
    return this.#chart.scales['y']?.getPixelForValue(y * this.#unit) ?? NaN;
  }

  /** @param pixel from the canvas's left; outside of the plot: its nearest end */
  xAt(pixel: number): number {
    const { left, right } = this.#chart.chartArea;
    return this.#chart.scales['x']?.getValueForPixel(Math.min(right, Math.max(left, pixel))) ?? NaN;
  }

  /** What is drawn between the axes, in CSS pixels of the canvas. */
  get area(): { left: number; right: number; top: number; bottom: number } {
    return this.#chart.chartArea;
  }

  /** The drawn x range. */
  get xRange(): Range {
    const { min = 0, max = 1 } = this.#chart.scales['x'] ?? {};
    return { min, max };
  }

  dispose(): void {
    this.#chart.destroy();
  }

  #apply(model: PlotModel, x: Range, y: Range, log: boolean): void {
    const { data, options } = this.#chart;
    // One dataset per run, kept by its id, so that chart.js changes lines in place.
    const known = new Map(data.datasets.map((dataset) => [dataset.label, dataset]));
    data.datasets = model.curves.map(({ curve, look }) => {
      const dataset: ChartDataset<'line', Point[]> = known.get(curve.runId) ?? { label: curve.runId, data: [] };
      dataset.data = this.#points(curve);
      dataset.borderDash = [...look.dash];
      this.#paint(dataset, look);
      return dataset;
    });
    const scales = options.scales ?? {};
    for (const [name, range] of [
      ['x', x],
      ['y', { min: y.min * this.#unit, max: y.max * this.#unit }],
    ] as const) {
      const scale = scales[name];
      if (scale) {
        Object.assign(scale, range, name === 'y' ? { type: log ? 'logarithmic' : 'linear' } : {});
        Object.assign(scale.grid ?? {}, { color: model.palette.grid });
        Object.assign(scale.border ?? {}, { color: model.palette.line });
        Object.assign(scale.ticks ?? {}, {
          color: model.palette.dim,
          font: { family: model.palette.fontFamily, size: 11 },
        });
      }
    }
    this.#chart.update('none');
  }

  #paint(dataset: ChartDataset<'line', Point[]>, look: RunLook | undefined): void {
    const isBack = this.#emphasis !== undefined && dataset.label !== this.#emphasis;
    dataset.borderColor = isBack ? faded(look?.colour ?? '', 0.4) : look?.colour;
    dataset.borderWidth = dataset.label === this.#emphasis ? 2 : 1.5;
    // What is drawn first is on top.
    dataset.order = isBack ? 1 : 0;
  }

  #points({ x, y }: Curve): Point[] {
    return x.map((each, i) => ({ x: each, y: (y[i] ?? NaN) * this.#unit }));
  }

  #config(): ChartConfiguration<'line', Point[]> {
    const base = { display: true, bounds: 'data' as const, border: { display: false }, title: { display: false } };
    return {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        events: [],
        layout: { padding: { top: 6, right: 8, bottom: 0, left: 0 } },
        elements: {
          line: { borderWidth: 1.5, borderJoinStyle: 'round', spanGaps: false },
          point: { radius: 0, hitRadius: 0, hoverRadius: 0 },
        },
        scales: {
          x: {
            ...base,
            type: 'linear',
            border: { display: true },
            grid: { display: false, tickLength: 3 },
            ticks: {
              padding: 2,
              maxRotation: 0,
              align: 'inner',
              callback: (value) => this.#labels.get(Number(value)) ?? '',
            },
            afterBuildTicks: (scale) => this.#setTicks(scale, this.#model?.axis ?? 'step', scale.width / 70),
          },
          y: {
            ...base,
            type: 'linear',
            grid: { drawTicks: false },
            ticks: { padding: 6, maxRotation: 0, callback: (value) => this.#labels.get(Number(value)) ?? '' },
            afterBuildTicks: (scale) => this.#setTicks(scale, this.#y?.log ? 'log' : 'value', scale.height / 26),
            // The same for all charts, so that they stand in line and do not shift while values come.
            afterFit: (scale) => (scale.width = Math.max(scale.width, gutter)),
          },
        },
      },
      plugins: [
        {
          id: 'marks',
          beforeDatasetsDraw: (chart) => this.#draw(chart, 'below'),
          afterDatasetsDraw: (chart) => this.#draw(chart, 'above'),
        },
      ],
    };
  }

  readonly #labels = new Map<number, string>();

  #setTicks(scale: Scale, axis: XAxis | 'value' | 'log', room: number): void {
    const unit = scale.axis === 'y' ? this.#unit : 1;
    const range = { min: scale.min / unit, max: scale.max / unit };
    const ticks = ticksOf(axis, range, Math.round(Math.min(6, Math.max(3, room))));
    for (const { value, label } of ticks) {
      this.#labels.set(value * unit, label);
    }
    scale.ticks = ticks.map(({ value }) => ({ value: value * unit }));
  }

  #draw(chart: Chart, layer: 'below' | 'above'): void {
    const model = this.#model;
    const { x, y } = chart.scales;
    if (!model || !x || !y) {
      return;
    }
    const pen = {
      context: chart.ctx,
      area: chart.chartArea,
      x: (value: number) => x.getPixelForValue(value),
      y: (value: number) => y.getPixelForValue(value * this.#unit),
      palette: model.palette,
    };
    if (layer === 'below') {
      if (model.curves.length <= mostBands) {
        drawBands(pen, model.curves);
      }
    } else {
      drawEnds(pen, model.curves);
      drawOddPoints(pen, model.curves);
    }
  }
}

function unitOf({ min, max }: Range): number {
  const size = Math.max(Math.abs(min), Math.abs(max));
  return size > 1e290 ? 2 ** -100 : size < 1e-290 ? 2 ** 200 : 1;
}
