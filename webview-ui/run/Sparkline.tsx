import { yExtentOf } from '../shared/charts/axes';
import { xExtent, type Curve } from '../shared/charts/curve';
import { shareOf } from '../shared/numbers';
import { unknownLook, type RunLook } from '../shared/palette';

interface Props {
  readonly curve: Curve;
  readonly look: RunLook | undefined;
  readonly isLive: boolean;
}

const width = 80;
const height = 16;
const margin = 2;

/** The shape of a curve at the size of a word. */
export function Sparkline({ curve, look = unknownLook, isLive }: Props) {
  const x = xExtent([curve]);
  const y = x && yExtentOf([curve], x, false);
  if (!x || !y) {
    return null;
  }
  let path = '';
  let isBroken = true;
  let end: [string, string] | undefined;
  curve.x.forEach((each, i) => {
    const value = curve.y[i] ?? NaN;
    if (!Number.isFinite(value)) {
      isBroken = true;
      return;
    }
    end = [
      (margin + shareOf(each, x.min, x.max) * (width - 2 * margin)).toFixed(1),
      (height - margin - shareOf(value, y.min, y.max) * (height - 2 * margin)).toFixed(1),
    ];
    path += `${isBroken ? 'M' : 'L'}${end[0]} ${end[1]}`;
    isBroken = false;
  });
  return (
    <svg className="lb-spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" style={{ color: look.colour }}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.25} strokeLinejoin="round" />
      {isLive && end && <circle cx={end[0]} cy={end[1]} r={1.75} fill="currentColor" />}
    </svg>
  );
}
