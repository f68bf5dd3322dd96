/** A chart as a picture to keep: title, axes, curves, and below the plot which runs they are, with their last, least and largest value. */
import { metricFormat } from '../../../src/core/format';
import { t } from '../strings';
import { barsOf } from './barRows';
import { barRowHeight, drawBars } from './barsPicture';
import { axesOf, mostBands, placesOf, ticksOf, type Axes } from './axes';
import { axisTitle } from './axisText';
import { bestOf } from './curve';
import { lastOf } from './Legend';
import { drawBest, drawEdgePoints, drawLiveEnds } from './marks';
import type { DrawnCurve, PlotModel } from './plotModel';
import { backSteps, markSteps } from './plotSteps';
import type { Range } from './range';
import { traceBox, type Area, type Pen, type Surface } from './surface';
import { SvgSurface } from './svgSurface';

export interface Picture {
  readonly title: string;
  /** Each run has one value: bars, no axes. */
  readonly isBars: boolean;
  readonly model: PlotModel;
  readonly zoom: Range | undefined;
  readonly yZoom: Range | undefined;
  readonly nameOf: (id: string) => string;
  /** Significant digits of values. */
  readonly digits: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const width = 960;
const plotHeight = 420;
const rowHeight = 18;
const head = 34;
/** Rows below the plot, and bars: of more runs the rest is counted. */
const mostRows = 120;

export function svgPicture(picture: Picture): string {
  const measure = measurer();
  const size = sizeOf(picture);
  const surface = new SvgSurface(size, measure);
  surface.describe(picture.title);
  draw(surface, picture, size, (area, body) => surface.clipTo(area, body));
  return surface.toString();
}

/** @param scale device pixels to a pixel of the picture */
export async function pngPicture(picture: Picture, scale = 2): Promise<Blob> {
  const size = sizeOf(picture);
  const canvas = document.createElement('canvas');
  canvas.width = size.width * scale;
  canvas.height = size.height * scale;
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('This browser has no 2D canvas');
  }
  context.scale(scale, scale);
  draw(context, picture, size, ({ left, right, top, bottom }, body) => {
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    body();
    context.restore();
  });
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made'))), 'image/png'),
  );
}

function sizeOf(picture: Picture): Size {
  const count = own(picture.model).length;
  const rows = Math.min(mostRows, count) + (count > mostRows ? 1 : 0);
  return { width, height: rowsTop(picture) + (rows + 1) * rowHeight + 12 };
}

/** Where what is below the plot begins. */
function rowsTop({ isBars, model }: Picture): number {
  return head + (isBars ? Math.min(mostRows, own(model).length) * barRowHeight + 24 : plotHeight + 44);
}

function draw(surface: Surface, picture: Picture, size: Size, clip: (area: Area, body: () => void) => void): void {
  const { model, title, isBars } = picture;
  const { palette } = model;
  surface.fillStyle = palette.background;
  surface.beginPath();
  traceBox(surface, { left: 0, top: 0, right: size.width, bottom: size.height });
  surface.fill();
  surface.fillStyle = palette.foreground;
  surface.font = `600 14px ${palette.fontFamily}`;
  surface.textBaseline = 'middle';
  surface.textAlign = 'left';
  surface.fillText(title, 16, 17);
  if (isBars) {
    drawBarRows(surface, picture);
  } else {
    drawPlot(surface, picture, clip);
  }
  drawRows(surface, picture, rowsTop(picture));
}

function drawPlot(surface: Surface, picture: Picture, clip: (area: Area, body: () => void) => void): void {
  const { model, zoom, yZoom } = picture;
  const { palette, xScale, yScale, clip: clips } = model;
  const curves = own(model).map(({ curve }) => curve);
  const axes = axesOf(curves, {
    zoom,
    yZoom,
    xScale,
    yScale,
    clip: clips,
    bands: model.bands && curves.length <= mostBands,
  });
  const area = { left: 64, right: width - 20, top: head, bottom: head + plotHeight };
  const pen: Pen = { ...placesOf(axes, area), context: surface, range: axes.x, palette };
  drawAxes(pen, model, axes);
  clip(area, () => [...backSteps(model), ...markSteps(model)].forEach((step) => step(pen)));
  const whole = (): number => 1;
  drawEdgePoints(pen, model.curves, whole);
  drawLiveEnds(pen, model.curves, whole);
  drawBest(pen, own(model), model.better);
}

function drawBarRows(surface: Surface, { model, nameOf, digits }: Picture): void {
  const { bars, format } = inBars(model, digits);
  const looks = new Map(own(model).map(({ curve, look }) => [curve.runId, look]));
  const area = { left: 20, right: width - 20, top: head, bottom: head + bars.length * barRowHeight };
  drawBars(surface, bars.slice(0, mostRows), area, { palette: model.palette, looks, nameOf, format });
}

/** Below bars the same runs are in the same order. */
function inBarOrder({ model, digits }: Picture): readonly DrawnCurve[] {
  const drawn = new Map(own(model).map((each) => [each.curve.runId, each]));
  return inBars(model, digits).bars.flatMap(({ runId }) => drawn.get(runId) ?? []);
}

function inBars(model: PlotModel, digits: number): ReturnType<typeof barsOf> {
  return barsOf(
    own(model).map(({ curve }) => curve),
    model.better,
    digits,
  );
}

function own({ curves }: PlotModel): readonly DrawnCurve[] {
  return curves.filter(({ isBehind }) => !isBehind);
}

function drawAxes({ context, area, palette, x, y }: Pen, { axis }: PlotModel, axes: Axes): void {
  const line = (from: [number, number], to: [number, number], colour: string): void => {
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.stroke();
  };
  context.font = `11px ${palette.fontFamily}`;
  context.textAlign = 'right';
  for (const { value, label } of axes.hasValues ? ticksOf('value', axes.y, axes.yTransform, 8) : []) {
    line([area.left, y(value)], [area.right, y(value)], palette.grid);
    context.fillStyle = palette.dim;
    context.fillText(label, area.left - 8, y(value));
  }
  context.textAlign = 'center';
  line([area.left, area.bottom], [area.right, area.bottom], palette.line);
  for (const { value, label } of ticksOf(axis, axes.x, axes.xTransform, 10)) {
    line([x(value), area.bottom], [x(value), area.bottom + 4], palette.line);
    context.fillStyle = palette.dim;
    context.fillText(label, x(value), area.bottom + 13);
  }
  context.fillText(axisTitle(axis), (area.left + area.right) / 2, area.bottom + 29);
}

/**
 * A line for each curve: its colour, name, last, least and largest value. As the store's summaries, and with them the table's columns,
 * the least and the largest are of the finite values; that a run reached an infinity is marked in the plot.
 */
function drawRows(surface: Surface, picture: Picture, top: number): void {
  const { model, nameOf, isBars, digits } = picture;
  const { palette } = model;
  const rows = (isBars ? inBarOrder(picture) : own(model)).map(({ curve, look }) => ({
    look,
    name: nameOf(curve.runId),
    values: [lastOf(curve), bestOf(curve, 'lower')?.y ?? NaN, bestOf(curve, 'higher')?.y ?? NaN],
  }));
  const format = metricFormat(
    rows.flatMap(({ values }) => values),
    digits,
  );
  const columns = [width - 240, width - 130, width - 20];
  const titles = [t('last'), t('min'), t('max')];
  surface.font = `11px ${palette.fontFamily}`;
  surface.fillStyle = palette.dim;
  surface.textAlign = 'right';
  titles.forEach((title, i) => surface.fillText(title, columns[i] ?? 0, top));
  for (const [index, { look, name, values }] of rows.slice(0, mostRows).entries()) {
    const y = top + (index + 1) * rowHeight;
    surface.beginPath();
    surface.moveTo(20, y);
    surface.lineTo(44, y);
    surface.strokeStyle = look.colour;
    surface.lineWidth = 2;
    surface.setLineDash([...look.dash]);
    surface.stroke();
    surface.setLineDash([]);
    surface.fillStyle = palette.foreground;
    surface.textAlign = 'left';
    surface.fillText(name.length > 90 ? `${name.slice(0, 89)}…` : name, 52, y);
    surface.textAlign = 'right';
    values.forEach((value, i) => {
      // As in tables: where no value is finite there is no least and no largest one.
      if (i === 0 || !Number.isNaN(value)) {
        surface.fillText(format(value), columns[i] ?? 0, y);
      }
    });
  }
  if (rows.length > mostRows) {
    surface.textAlign = 'left';
    surface.fillStyle = palette.dim;
    surface.fillText(t('moreRuns', rows.length - mostRows), 52, top + (mostRows + 1) * rowHeight);
  }
}

function measurer(): (text: string, font: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (!context) {
      return text.length * 6;
    }
    context.font = font;
    return context.measureText(text).width;
  };
}
