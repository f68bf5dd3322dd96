import { useStore } from '../store';
import { idOfX } from './arrangement';
import type { ChartsView, Hover } from './controller';
import type { Plot } from './plot';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly plot: Plot;
}

/** With more curves than this only the nearest has a dot: the others would hide the lines. */
const mostDots = 12;

/** The upright line at the x that the pointer is at in this chart or another, and the points there in this one. */
export function CrossHair({ view, metric, plot }: Props) {
  const hover = useStore(view.hover, (each) => each);
  if (!hover || idOfX(hover.axis) !== idOfX(view.settings.x)) {
    return null;
  }
  return <Placed view={view} metric={metric} plot={plot} hover={hover} />;
}

function Placed({ view, metric, plot, hover }: Props & { readonly hover: Hover }) {
  // Placed anew whenever the chart is drawn anew.
  useStore(plot.drawn, (count) => count);
  const left = plot.pixelOfX(hover.x);
  if (left === undefined) {
    return null;
  }
  const { top, bottom } = plot.area;
  const isHere = hover.key === metric;
  const readings = isHere
    ? hover.readings.filter(({ runId }) => hover.readings.length <= mostDots || runId === hover.nearest)
    : [];
  return (
    <>
      <i className={isHere ? 'lb-cross lb-here' : 'lb-cross'} style={{ left, top, height: bottom - top }} />
      {readings.map(({ runId, x, value }) => {
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
