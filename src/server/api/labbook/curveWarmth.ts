import { PointList } from '../../store/pointList';
import { packBlock, unpackBlockInto } from '../../store/pointBlock';
import { nextTurn } from '../../turns';
import { Curves, type CurveSource } from './curves';
import { answerSeries } from './series';

/** Points of the made-up curves: the first ones are short, as nothing is compiled then. */
const lengths = [500, 2_000, 8_000, 16_000, 32_000, 32_000];
/** Points of a block, of which each part of a curve is read. */
const blockPoints = 1000;

/**
 * Answers some questions for made-up curves, in turns. The first real one then need not wait until V8 has compiled, and made fast, what
 * a question for curves takes: a million points of a metric then take 80 ms instead of 115, ten thousand 20 instead of 35.
 * @returns the answers
 */
export async function warmCurves(): Promise<readonly Uint8Array[]> {
  const key = 'curve';
  const answers: Uint8Array[] = [];
  for (const [i, length] of lengths.entries()) {
    const question = { run_ids: [String(i)], keys: [key], x: 'step', max_points: 1000 };
    answers.push(await answerSeries(new Curves(madeUp(key, length)), question));
    await nextTurn();
  }
  return answers;
}

/** A metric with so many points, of which all have a block's values, as they are read from a store's files. */
function madeUp(key: string, length: number): CurveSource {
  const column = (value: (i: number) => number): Float64Array =>
    Float64Array.from({ length: blockPoints }, (_, i) => value(i));
  const points = PointList.fromColumns(
    column((i) => i),
    column((i) => i),
    column((i) => i % 97),
  );
  const block = packBlock(key, points);
  const expected = { key, count: blockPoints, file: '', offset: 0 };
  return {
    rollbacks: 0,
    countPoints: () => length,
    getRunInfo: () => undefined,
    getPointAt: (_run, _key, place) => ({ step: place, timestamp: place, value: place % 97 }),
    *openPoints() {
      yield;
    },
    copyMetricColumns: (_run, _key, { from, count }, { step, value }) => {
      for (let at = 0; at < count; at += blockPoints) {
        const part = { step: new Float64Array(blockPoints), value: new Float64Array(blockPoints) };
        unpackBlockInto(block, expected, part);
        const end = Math.min(blockPoints, count - at);
        part.step.forEach((each, i) => (part.step[i] = each + from + at));
        step?.set(part.step.subarray(0, end), at);
        value?.set(part.value.subarray(0, end), at);
      }
    },
  };
}
