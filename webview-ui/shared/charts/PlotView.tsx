import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useStore } from '../store';
import { t } from '../strings';
import { unknownLook } from '../palette';
import { axesOf } from './axes';
import { placeCell } from './axisText';
import type { ChartsView } from './controller';
import { CrossHair } from './CrossHair';
import type { Curve } from './curve';
import { Plot, type PlotModel } from './plot';
import { usePlotKeys } from './usePlotKeys';
import { usePlotPointer } from './usePlotPointer';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly log: boolean;
  /** The element that has the focus and gets the keys. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** Curves on a canvas, which stays the same element while they grow. */
export function PlotView({ view, metric, curves, log, frame }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [plot, setPlot] = useState<Plot>();
  const palette = useStore(view.session.palette, (each) => each);
  const { axis, zoom, runs, looks } = view;
  const model = useMemo((): PlotModel => {
    const live = new Set(runs.filter(({ status }) => status === 'RUNNING').map(({ id }) => id));
    const drawn = curves.map((curve) => ({
      curve,
      look: looks.get(curve.runId) ?? unknownLook,
      isLive: live.has(curve.runId),
    }));
    return { curves: drawn, axis, axes: axesOf(curves, zoom, log), palette };
  }, [curves, runs, looks, axis, zoom, log, palette]);

  useEffect(() => {
    if (!canvas.current) {
      return undefined;
    }
    const made = new Plot(canvas.current);
    setPlot(made);
    return () => {
      setPlot(undefined);
      made.dispose();
    };
  }, []);
  const pointer = usePlotPointer({ view, metric, curves, plot, canvas });
  const { isInside, onDrawn } = pointer;
  useEffect(() => {
    if (plot) {
      plot.draw(model, isInside);
      onDrawn();
    }
  }, [plot, model, isInside, onDrawn]);
  const nearest = useStore(view.hover, (hover) => (hover?.key === metric ? hover.nearest : undefined));
  useEffect(() => {
    plot?.emphasise(curves.length > 1 ? nearest : undefined);
  }, [plot, curves.length, nearest]);
  usePlotKeys({ view, metric, curves, plot, frame, canvas });

  const { selection } = pointer;
  const { notPositive } = model.axes;
  return (
    <div className="lb-plot" {...pointer.handlers}>
      <canvas ref={canvas} />
      {plot && <CrossHair view={view} metric={metric} plot={plot} model={model} />}
      {selection && plot && (
        <div
          className="lb-selection"
          style={{ left: selection.from, width: selection.to - selection.from, top: plot.area.top, bottom: 0 }}
        >
          <span>{t('range', placeCell(axis, round(selection.min)), placeCell(axis, round(selection.max)))}</span>
        </div>
      )}
      {notPositive > 0 && <span className="lb-plot-note">{t('notPositive', notPositive)}</span>}
    </div>
  );
}

function round(value: number): number {
  return Math.abs(value) > 100 ? Math.round(value) : Number(value.toPrecision(3));
}
