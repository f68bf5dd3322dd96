import { Session } from './session';
import { until, Workbench } from './workbench';
import type { Locator } from 'playwright-core';

/** Measured points; the first ones warm up and do not count. */
const measured = 20;
const warmUp = 3;

/** Logs one point at a time and writes down when `log_metric` had returned, in ms since 1970. */
const script = `
import json, random, time, mlflow
returned = []
with mlflow.start_run(run_name="latency"):
    mlflow.log_metric("loss", 100, step=0)
    while not __import__("os").path.exists("go"):
        time.sleep(0.05)
    for step in range(1, ${measured + warmUp + 1}):
        mlflow.log_metric("loss", 100 + 7 * step, step=step)
        returned.append(time.time_ns() / 1e6)
        time.sleep(1.0 + random.random() / 2)
json.dump(returned, open("returned.json", "w"))
print("done", flush=True)
`;

type Seen = { text: string; at: number }[];

/** Records, from now on, each new text of an element, with the time of its first frame (ms since 1970). */
async function watchText(row: Locator): Promise<() => Promise<Seen>> {
  const handle = await row.evaluateHandle((element) => {
    const seen: { text: string; at: number }[] = [];
    const look = (): void => {
      const text = element.isConnected ? (element.textContent ?? '') : '';
      if (text !== seen.at(-1)?.text) {
        seen.push({ text, at: performance.timeOrigin + performance.now() });
      }
      requestAnimationFrame(look);
    };
    look();
    return seen;
  });
  return () => handle.jsonValue();
}

/** Records each new picture of a canvas, by a small copy of it. */
async function watchPixels(canvas: Locator): Promise<() => Promise<Seen>> {
  const handle = await canvas.evaluateHandle((element) => {
    const seen: { text: string; at: number }[] = [];
    const copy = new OffscreenCanvas(160, 90).getContext('2d', { willReadFrequently: true });
    if (copy === null || !(element instanceof HTMLCanvasElement)) {
      throw new Error('Not a canvas');
    }
    const look = (): void => {
      copy.clearRect(0, 0, 160, 90);
      copy.drawImage(element, 0, 0, 160, 90);
      const { data } = copy.getImageData(0, 0, 160, 90);
      const text = String(data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 0));
      if (text !== seen.at(-1)?.text) {
        seen.push({ text, at: performance.timeOrigin + performance.now() });
      }
      requestAnimationFrame(look);
    };
    look();
    return seen;
  });
  return () => handle.jsonValue();
}

/** The value that is logged at a step; no value's digits are part of another's, and none is long enough to be grouped. */
const valueAt = (step: number): number => 100 + 7 * step;

/** The time from each return of `log_metric` to what `isShown` finds; not below 0: it can be seen before the client has the answer. */
function delays(returned: readonly number[], isShown: (step: number, from: number) => number | undefined): number[] {
  return returned.map((at, index) => Math.max(0, (isShown(index + 1, at) ?? Infinity) - at)).slice(warmUp);
}

function print(title: string, values: readonly number[]): void {
  if (!values.every(Number.isFinite)) {
    throw new Error(`${title}: not every point was seen`);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? NaN).toFixed(0)} ms`;
  console.log(`${title.padEnd(24)} median ${at(0.5)}, 90 % ${at(0.9)}, most ${at(1)} (${sorted.length} points)`);
}

/** Prints the time from `log_metric` returning in the script to the change in the tree and in the chart. */
async function main(): Promise<void> {
  const session = await Session.open({ 'latency.py': script });
  try {
    const workbench = new Workbench(session);
    await workbench.openLabbook();
    await workbench.openTerminal();
    await workbench.type('python latency.py');
    await workbench.showRuns('Default');
    const row = workbench.row('latency');
    await row.waitFor({ timeout: 30_000 });
    await row.click();
    const canvas = workbench.panel.locator('canvas').first();
    await canvas.waitFor({ timeout: 30_000 });
    await until('the chart is drawn', async () => (await workbench.pixels(canvas)).drawn > 0);
    const tree = await watchText(workbench.section('Experiments').locator('.monaco-list-rows'));
    const chart = await watchPixels(canvas);
    await session.writeProjectFile('go', '');
    await workbench.waitForOutput('done', 90_000);
    const returned = JSON.parse(await session.readProjectFile('returned.json')) as number[];
    const rows = await tree();
    const pictures = await chart();
    const inTree = (step: number) => rows.find(({ text }) => text.includes(String(valueAt(step))))?.at;
    // A point comes every second at least, so the first change around its answer is its own.
    const inChart = (_: number, from: number) => pictures.find(({ at }) => at > from - 50)?.at;
    print('log_metric to tree', delays(returned, inTree));
    print('log_metric to chart', delays(returned, inChart));
  } finally {
    await session.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
