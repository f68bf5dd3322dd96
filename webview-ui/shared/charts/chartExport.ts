/** What leaves a chart: pictures and points. */
import type { XSource } from '../../../src/protocol/extras';
import { unknownLook } from '../palette';
import { t } from '../strings';
import { goingOn, lostRuns } from '../lostRuns';
import { entryOf } from './arrangement';
import { pngPicture, svgPicture, type Picture } from './chartPicture';
import type { ChartsView } from './controller';
import { csvHead, csvLines, type CsvColumn } from './csv';
import { readRawPoints } from './rawPoints';
import type { ScaleKind } from './transform';
import type { ChartCurves } from './useChartData';

export type ExportKind = 'png' | 'svg' | 'csv';

/** What the panel shows of a metric. */
export interface ShownChart {
  readonly found: ChartCurves;
  readonly yScale: ScaleKind;
  readonly isBars: boolean;
}

/** Longest time that the dialog for a file may stay open, milliseconds. */
const patience = 600_000;

/** Asks where a file is to be kept, and writes it; says what went wrong. */
export async function exportChart(
  kind: ExportKind,
  view: ChartsView,
  metric: string,
  shown: ShownChart,
): Promise<void> {
  view.failure.set(undefined);
  try {
    const content =
      kind === 'csv' ? await csvOf(view, metric) : await pictureFile(kind, pictureOf(view, metric, shown));
    const name = `${fileName(metric)}.${kind}`;
    const { saved } = await view.session.host.channel.request('saveFile', { name, content }, { timeout: patience });
    view.say(saved ? t('saved', name) : t('notSaved'));
  } catch (error) {
    tellFailure(view, metric, error);
  }
}

/** Puts the picture into the clipboard. */
export async function copyImage(view: ChartsView, metric: string, shown: ShownChart): Promise<void> {
  try {
    // The promise itself: the clipboard may only be written right after the click.
    const blob = pngPicture(pictureOf(view, metric, shown));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    view.say(t('imageCopied'));
  } catch (error) {
    tellFailure(view, metric, error);
  }
}

/** All points of the shown runs in the x range that is shown. */
async function csvOf({ session, runs, settings, zoom, nameOf }: ChartsView, metric: string): Promise<string> {
  const { x } = settings;
  const range = zoom.range.get();
  const column: CsvColumn = typeof x !== 'string' ? x.expression : x === 'relative' ? 'relative_seconds' : x;
  const runIds = runs.map(({ id }) => id);
  let text = csvHead(column);
  const signal = AbortSignal.timeout(patience);
  for await (const points of readRawPoints(session.host.channel, { runIds, key: metric, x, range }, signal)) {
    text += csvLines(points, nameOf(points.runId), metric, column);
  }
  return text;
}

async function pictureFile(kind: 'png' | 'svg', picture: Picture): Promise<string | ArrayBuffer> {
  return kind === 'svg' ? svgPicture(picture) : (await pngPicture(picture)).arrayBuffer();
}

function pictureOf(view: ChartsView, metric: string, { found, yScale, isBars }: ShownChart): Picture {
  const { settings, looks, session, zoom, nameOf, better, digits, runs } = view;
  const live = goingOn(runs, lostRuns.get());
  const draw = (isBehind: boolean) => (curve: ChartCurves['curves'][number]) => ({
    curve,
    look: looks.get(curve.runId) ?? unknownLook,
    isLive: live.has(curve.runId),
    isBehind,
  });
  return {
    title: metric,
    isBars,
    nameOf,
    digits,
    zoom: zoom.range.get(),
    yZoom: entryOf(session.state.get().charts.yZoom, metric),
    model: {
      curves: [...found.curves.map(draw(false)), ...found.behind.map(draw(true))],
      axis: settings.x satisfies XSource,
      xScale: settings.xScale,
      yScale,
      clip: settings.clip,
      bands: settings.bands,
      better: better(metric),
      palette: session.palette.get(),
    },
  };
}

function tellFailure({ session, failure }: ChartsView, metric: string, error: unknown): void {
  const what = t('exportFailed', metric);
  session.host.logError(what, error);
  failure.set({ metric, text: `${what}. ${error instanceof Error ? error.message : String(error)}` });
}

/** A name that every file system takes. */
export function fileName(metric: string): string {
  const plain = metric.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '');
  return plain.slice(0, 80) || 'chart';
}
