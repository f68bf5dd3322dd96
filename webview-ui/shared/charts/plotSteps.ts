/** What the pictures of a chart's curves are made of, from the back to the front. */
import { mostBands, mostRaw } from './axes';
import type { Step } from './curveLayer';
import { drawLonePoints, drawOddPoints } from './marks';
import type { DrawnCurve, PlotModel } from './plotModel';
import { fillBand, strokeLine } from './strokes';

/** Beyond so many curves lines are 1 px wide: else they cover each other, and take ten times as long to draw. */
const mostWide = 40;
const width = { line: 1.5, crowded: 1, front: 2, raw: 1 };
const rawAlpha = 0.3;
const behindAlpha = 0.35;

/** All curves, without their marks. */
export function backSteps({ curves, bands, palette }: PlotModel): Step[] {
  const own = curves.filter(({ isBehind }) => !isBehind);
  const behind = curves.filter(({ isBehind }) => isBehind);
  const line = own.length > mostWide ? width.crowded : width.line;
  const hasBand = ({ curve }: DrawnCurve): boolean => curve.members !== undefined || (bands && own.length <= mostBands);
  return [
    ...own.filter(hasBand).map((each) => bandStep(each, palette.kind)),
    ...behind.map((each) => lineStep(each, width.raw, behindAlpha)),
    ...(own.length <= mostRaw ? own.flatMap(rawSteps) : []),
    ...own.map((each) => lineStep(each, line)),
    (pen) => own.forEach((each) => drawLonePoints(pen, each)),
  ];
}

/** What is never dimmed: what says NaN or an infinity is to be found, and read, whichever curve is brought forward. */
export function markSteps({ curves }: PlotModel): Step[] {
  const own = curves.filter(({ isBehind, curve }) => !isBehind && curve.odd.length > 0);
  return own.length > 0 ? [(pen) => drawOddPoints(pen, own)] : [];
}

/** Those that are brought forward, each with its band. */
export function frontSteps({ curves, bands, palette }: PlotModel, emphasis: ReadonlySet<string>): Step[] {
  const chosen = curves.filter(({ curve }) => emphasis.has(curve.runId));
  return [
    ...chosen.filter(({ curve }) => bands || curve.members).map((each) => bandStep(each, palette.kind)),
    ...chosen.flatMap(rawSteps),
    ...chosen.map((each) => lineStep(each, width.front)),
    (pen) => chosen.forEach((each) => drawLonePoints(pen, each)),
  ];
}

function bandStep({ curve, look }: DrawnCurve, kind: PlotModel['palette']['kind']): Step {
  return (pen) => fillBand(pen, curve, look.colour, kind === 'light' ? 0.18 : 0.22);
}

function lineStep({ curve, look }: DrawnCurve, lineWidth: number, alpha = 1): Step {
  return (pen) => strokeLine(pen, curve.x, curve.y, { colour: look.colour, dash: look.dash, width: lineWidth, alpha });
}

/** What was logged, where the line is smoothed. */
function rawSteps({ curve, look }: DrawnCurve): Step[] {
  const style = { colour: look.colour, dash: [], width: width.raw, alpha: rawAlpha };
  return curve.y === curve.values ? [] : [(pen) => strokeLine(pen, curve.x, curve.values, style)];
}
