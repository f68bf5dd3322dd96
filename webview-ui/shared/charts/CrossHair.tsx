import { useStore } from '../store';
import type { ChartsView } from './controller';
import type { Plot, PlotModel } from './plot';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly plot: Plot;
  /** Only so that the cross-hair is placed anew when the chart is drawn anew. */
  readonly model: PlotModel;
}

/** The upright line at the x that the pointer is at in this chart or another, and the points there in this one. */
export function CrossHair({ view, metric, plot, model }: Props) {
  const hover = useStore(view.hover, (each) => each);
  if (!hover || hover.axis !== model.axis) {
    return null;
  }
  const left = plot.pixelOfX(hover.x);
  if (left === undefined) {
    return null;
  }
  const { top, bottom } = plot.area;
  const isHere = hover.key === metric;
  return (
    <>
      <i className={isHere ? 'lb-cross lb-here' : 'lb-cross'} style={{ left, top, height: bottom - top }} />
      {isHere &&
        hover.readings.map(({ runId, x, value }) => {
          const dotLeft = plot.pixelOfX(x);
          const dotTop = plot.pixelOfY(value);
          if (dotLeft === undefined || !(dotTop >= top && dotTop <= bottom)) {
            return null;
          }
          const colour = view.looks.get(runId)?.colour;
          const size = runId === hover.nearest ? 'lb-dot lb-near' : 'lb-dot';
          return <i key={runId} className={size} style={{ left: dotLeft, top: dotTop, background: colour }} />;
        })}
    </>
  );
}
