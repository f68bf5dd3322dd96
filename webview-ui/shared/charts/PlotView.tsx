import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { formatCount } from '../../../src/core/format';
import { unknownLook } from '../palette';
import { useStore } from '../store';
import { t, tCount } from '../strings';
import { goingOn, lostRuns } from '../lostRuns';
import { placeCell, shortened } from './axisText';
import { entryOf } from './arrangement';
import { arrangeCharts, type ChartsView } from './controller';
import { CrossHair } from './CrossHair';
import type { Curve } from './curve';
import { nobody, Plot } from './plot';
import type { PlotModel } from './plotModel';
import type { ScaleKind } from './transform';
import { usePlotKeys } from './usePlotKeys';
import { usePlotPointer, type Box } from './usePlotPointer';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  /** What is told: runs, or groups. */
  readonly curves: readonly Curve[];
  /** Runs behind their groups. */
  readonly behind: readonly Curve[];
  readonly yScale: ScaleKind;
  /** The element that has the focus and gets the keys. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** Curves on a canvas, which stays the same element while they grow. */
export function PlotView({ view, metric, curves, behind, yScale, frame }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [plot, setPlot] = useState<Plot>();
  const model = usePlotModel(view, metric, curves, behind, yScale);
  useEffect(() => {
    if (!canvas.current) {
      return undefined;
    }
    const made = new Plot(canvas.current, view.queue);
    setPlot(made);
    return () => {
      setPlot(undefined);
      made.dispose();
    };
  }, [view.queue]);
  const pointer = usePlotPointer({ view, metric, curves, plot, canvas });
  const { isInside, onDrawn, box, yPan } = pointer;
  useEffect(() => plot?.drawn.subscribe(onDrawn), [plot, onDrawn]);
  useEffect(() => plot?.set(model), [plot, model]);
  const yZoom = useStore(view.session.state, ({ charts }) => entryOf(charts.yZoom, metric));
  // What was dragged is arranged.
  useEffect(() => yPan.set(undefined), [yPan, yZoom]);
  useEffect(() => {
    const show = (): void =>
      plot?.setView({ zoom: view.zoom.range.get(), yZoom: yPan.get() ?? yZoom, holdsY: isInside });
    show();
    const unsubscribe = [view.zoom.range.subscribe(show), yPan.subscribe(show)];
    return () => unsubscribe.forEach((end) => end());
  }, [plot, view.zoom, yPan, yZoom, isInside]);
  useEmphasis(view, metric, curves, plot);
  usePlotKeys({ view, metric, curves, plot, frame, canvas });
  return (
    <div className="lb-plot" {...pointer.handlers}>
      <canvas ref={canvas} />
      {plot && <CrossHair view={view} metric={metric} plot={plot} />}
      {box && plot && <Selection box={box} plot={plot} view={view} />}
      {plot && <Notes plot={plot} view={view} />}
    </div>
  );
}

function usePlotModel(
  { settings, runs, looks, session, better }: ChartsView,
  metric: string,
  curves: readonly Curve[],
  behind: readonly Curve[],
  yScale: ScaleKind,
): PlotModel {
  const palette = useStore(session.palette, (each) => each);
  const lost = useStore(lostRuns, (each) => each);
  return useMemo((): PlotModel => {
    const live = goingOn(runs, lost);
    const draw = (curve: Curve, isBehind: boolean) => ({
      curve,
      look: looks.get(curve.runId) ?? unknownLook,
      isLive: !isBehind && live.has(curve.runId),
      isBehind,
    });
    return {
      curves: [...curves.map((curve) => draw(curve, false)), ...behind.map((curve) => draw(curve, true))],
      axis: settings.x,
      xScale: settings.xScale,
      yScale,
      clip: settings.clip,
      bands: settings.bands,
      better: better(metric),
      palette,
    };
  }, [lost, curves, behind, runs, looks, settings, better, metric, yScale, palette]);
}

/** The curve under the pointer, in whichever chart or in the table, and those that are selected, come forward. */
function useEmphasis(view: ChartsView, metric: string, curves: readonly Curve[], plot: Plot | undefined): void {
  useEffect(() => {
    const drawn = new Map(curves.map(({ runId }) => [runId, runId]));
    view.groups.forEach(({ id, runIds }) => runIds.forEach((runId) => drawn.has(id) && drawn.set(runId, id)));
    let before = nobody;
    const update = (): void => {
      const { selected, hovered } = view.session.marked.get();
      const hover = view.hover.get();
      const near = hover?.key === metric ? hover.nearest : hovered;
      const ids = [...selected, ...(near === undefined ? [] : [near])].flatMap((id) => drawn.get(id) ?? []);
      const next = new Set(curves.length > 1 ? ids : []);
      // All forward is the same as none.
      const chosen = next.size === 0 || next.size === curves.length ? nobody : next;
      if (chosen.size !== before.size || [...chosen].some((id) => !before.has(id))) {
        before = chosen;
        plot?.emphasise(chosen);
      }
    };
    before = new Set(['']);
    update();
    const unsubscribe = [view.hover.subscribe(update), view.session.marked.subscribe(update)];
    return () => unsubscribe.forEach((end) => end());
  }, [view, metric, curves, plot]);
}

function Selection({ box, plot, view }: { readonly box: Box; readonly plot: Plot; readonly view: ChartsView }) {
  const { left, right, top, bottom } = box;
  const cell = (pixel: number): string => placeCell(view.settings.x, shortened(plot.xAt(pixel)));
  return (
    <div className="lb-selection" style={{ left, width: right - left, top, height: bottom - top }}>
      <span>{t('range', cell(left), cell(right))}</span>
    </div>
  );
}

/** What the axes leave out is told. */
function Notes({ plot, view }: { readonly plot: Plot; readonly view: ChartsView }) {
  const { notPositive, above, below, isFlattened } = useStore(plot.leftOut, (each) => each);
  return (
    <>
      {(notPositive !== 0 || above > 0 || isFlattened) && (
        <span className="lb-plot-note">
          {isFlattened && (
            <>
              <span>{t('flattened')}</span>
              <button
                type="button"
                className="lb-link"
                // The bar above the charts has the same for keys: a chart is one stop of theirs.
                tabIndex={-1}
                onClick={() => arrangeCharts(view.session, { clip: true })}
              >
                {t('clipOutliers')}
              </button>
            </>
          )}
          {above > 0 && <span>{tCount('oneAbove', 'manyAbove', above, formatCount(above))} ⌃</span>}
          {notPositive !== 0 && <span>{notPositiveText(notPositive)}</span>}
        </span>
      )}
      {below > 0 && (
        <span className="lb-plot-note lb-below">{tCount('oneBelow', 'manyBelow', below, formatCount(below))} ⌄</span>
      )}
    </>
  );
}

function notPositiveText(points: number | 'some'): string {
  return points === 'some'
    ? t('someNotPositive')
    : tCount('oneNotPositive', 'notPositive', points, formatCount(points));
}
