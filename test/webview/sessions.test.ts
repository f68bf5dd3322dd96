import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Port } from '../../src/protocol/rpc';
import { logPoints, script, TemporaryStore } from '../conformance/client/harness';
import { Windows } from '../conformance/client/window';
import { experimentScenario, noise } from '../fakes/fakeHost/scenario';
import { fromText, readSession, toText, writeSession } from '../fakes/fakeHost/session';
import { PanelBrowser, until, type Panel } from './panelPage';
import { SessionRecorder } from './recordSession';

const folder = path.resolve('test/fakes/sessions');
/** `RECORD_SESSIONS=1` makes the recordings anew, then replays them. */
const isRecording = process.env['RECORD_SESSIONS'] !== undefined;
const size = { width: 1100, height: 700 };
const subject = { panel: 'experiment', experimentId: '0' } as const;
/** Of the page's clock; the runs started shortly before. */
const now = 1_790_000_900_000;
const fileOf = (name: string): string => path.join(folder, `${name}.json`);

type Server = Parameters<typeof script>[0];

/** A step of a session: what scripts do meanwhile (only where it is recorded), and what the user does. */
interface Step {
  readonly scripts?: (server: Server, runIds: string[]) => Promise<void>;
  readonly user?: (panel: Panel) => Promise<void>;
  /** What is to be seen after it, recorded or replayed. */
  readonly seen: (panel: Panel) => Promise<void>;
}

async function log(server: Server, runId: string, slot: number, from: number, to: number): Promise<void> {
  const random = noise(slot * 100 + from);
  const points = Array.from({ length: to - from }, (_, i) => from + i).flatMap((step) => [
    { key: 'val/loss', value: 2 / (1 + step / 20) + slot / 10 + random() / 20, timestamp: step * 1000, step },
    { key: 'val/acc', value: 1 - 1 / (1 + step / 20) - slot / 100 + random() / 200, timestamp: step * 1000, step },
  ]);
  await logPoints(server, runId, points);
}

async function start(server: Server, slot: number, startTime: number): Promise<string> {
  const body = { experiment_id: '0', run_name: `run-${String(slot).padStart(2, '0')}`, start_time: startTime };
  const { run } = await script(server, 'runs/create', body);
  const runId = (run as { info: { run_id: string } }).info.run_id;
  const params = [
    { key: 'model', value: slot % 2 === 0 ? 'resnet50' : 'vit-s' },
    { key: 'seed', value: String(slot) },
  ];
  await script(server, 'runs/log-batch', { run_id: runId, params, tags: [{ key: 'owner', value: 'ada' }] });
  return runId;
}

const rowNames = (panel: Panel): Promise<string[]> =>
  panel.page
    .locator('.lb-row')
    .evaluateAll((rows) =>
      rows
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((row) => row.querySelector('.lb-name .lb-cut-text')?.textContent ?? ''),
    );
const begins = (panel: Panel, ...names: string[]): Promise<void> =>
  until(`the rows begin with ${names.join()}`, async () => (await rowNames(panel)).join().startsWith(names.join()));
const says = (panel: Panel, text: string): Promise<void> => panel.page.getByText(text).first().waitFor();
const ends = (panel: Panel, metric: string, last: string): Promise<void> =>
  until(`the last point of ${metric} is ${last}`, async () =>
    ((await panel.canvas(metric).getAttribute('data-last')) ?? '').includes(last),
  );

/** Between a panel in its page and a host in this process. */
class Relay implements Port {
  #panel: Panel | undefined;
  /** What is posted before there is a page to deliver to. */
  readonly #waiting: string[] = [];
  readonly #listeners = new Set<(message: unknown) => void>();

  post(message: unknown): void {
    this.#waiting.push(toText(message));
    this.#deliver();
  }

  listen(handler: (message: unknown) => void): { dispose(): void } {
    this.#listeners.add(handler);
    return { dispose: () => this.#listeners.delete(handler) };
  }

  receive(message: string): void {
    this.#listeners.forEach((listener) => listener(fromText(message)));
  }

  connect(panel: Panel): void {
    this.#panel = panel;
    this.#deliver();
  }

  #deliver(): void {
    const panel = this.#panel;
    if (panel) {
      for (const text of this.#waiting.splice(0)) {
        // A page that is closed hears nothing more.
        panel.host(({ page, argument }) => page.deliver(argument), text).catch(() => undefined);
      }
    }
  }
}

/** Of 20 runs: opened, sorted, filtered, grouped. */
const experiment: Step[] = [
  {
    scripts: async (server) => {
      for (let slot = 0; slot < 20; slot++) {
        const runId = await start(server, slot, 1_790_000_000_000 + slot * 60_000);
        await log(server, runId, slot, 0, 40);
        await script(server, 'runs/update', { run_id: runId, status: 'FINISHED', end_time: 1_790_000_600_000 + slot });
      }
    },
    seen: async (panel) => {
      await panel.drawn('val/loss');
      await says(panel, '20 runs · 20 in charts');
      await begins(panel, 'run-00', 'run-01', 'run-02');
    },
  },
  {
    user: (panel) => panel.page.getByRole('columnheader', { name: 'val/loss min', exact: true }).click(),
    seen: (panel) => begins(panel, 'run-19', 'run-18'),
  },
  {
    user: (panel) => panel.page.getByRole('combobox', { name: 'Filter runs' }).fill('params.model = "vit-s"'),
    seen: async (panel) => {
      await says(panel, '10 of 20 runs');
      await begins(panel, 'run-19', 'run-17');
      await panel.drawn('val/loss');
    },
  },
  {
    // Alone, so that what it asks for is asked for, however slow the page is, before the next step hides it.
    user: (panel) => panel.page.getByRole('combobox', { name: 'Filter runs' }).fill(''),
    seen: async (panel) => {
      await says(panel, '20 runs · 20 in charts');
      await begins(panel, 'run-19', 'run-18');
      await panel.drawn('val/loss');
    },
  },
  {
    user: async (panel) => {
      await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
      await panel.page.getByRole('checkbox', { name: 'model' }).click();
    },
    seen: async (panel) => {
      await says(panel, '2 groups · 20 runs');
      await panel.drawn('val/loss');
    },
  },
];

/** Two runs that go on, and a third that begins, each with points. */
const live: Step[] = [
  {
    scripts: async (server, runIds) => {
      for (const slot of [0, 1]) {
        const runId = await start(server, slot, 1_790_000_000_000 + slot * 60_000);
        runIds.push(runId);
        await log(server, runId, slot, 0, 10);
      }
    },
    seen: async (panel) => {
      await panel.drawn('val/loss');
      await says(panel, '2 runs · 2 in charts');
      await ends(panel, 'val/loss', '9');
    },
  },
  {
    scripts: async (server, [first = '']) => log(server, first, 0, 10, 25),
    seen: (panel) => ends(panel, 'val/loss', '24'),
  },
  {
    scripts: async (server, runIds) => {
      const runId = await start(server, 2, 1_790_000_200_000);
      runIds.push(runId);
      await log(server, runId, 2, 0, 40);
    },
    seen: async (panel) => {
      await says(panel, '3 runs · 3 in charts');
      await ends(panel, 'val/loss', '39');
    },
  },
];

describe('Recorded sessions', () => {
  let browser: PanelBrowser;
  const windows = new Windows();
  const stores: TemporaryStore[] = [];
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(async () => {
    await browser.dispose();
    await windows.dispose();
    await Promise.all(stores.map((store) => store.dispose()));
  });

  /** Opens the panel on a real server, goes through the steps and writes what passed. */
  async function record(name: string, steps: readonly Step[]): Promise<void> {
    const store = await TemporaryStore.make();
    stores.push(store);
    const window = windows.open({ store: store.folder });
    const { server } = await window.ready();
    const runIds: string[] = [];
    const [first, ...more] = steps;
    await first?.scripts?.(server, runIds);
    const relay = new Relay();
    const recorder = await SessionRecorder.open(window, subject, now, relay);
    const panel = await browser.show(
      { ...experimentScenario([]), isRemote: true },
      { ...size, now, relay: (message) => relay.receive(message) },
    );
    relay.connect(panel);
    const rests = (): Promise<void> =>
      until('nothing is asked any more', () => Promise.resolve(recorder.rests), 20_000);
    await first?.seen(panel);
    await rests();
    for (const step of more) {
      recorder.next();
      await step.scripts?.(server, runIds);
      await step.user?.(panel);
      await step.seen(panel);
      await rests();
    }
    await recorder.write(fileOf(name));
  }

  /** Goes through the steps with the recording in place of the host. */
  async function replay(name: string, steps: readonly Step[]): Promise<Panel> {
    const text = await readFile(fileOf(name), 'utf8');
    const panel = await browser.show({ ...experimentScenario([]), replay: text }, { ...size, now });
    for (const [place, step] of steps.entries()) {
      if (place > 0) {
        await panel.host(({ page }) => page.replaying?.next(), null);
      }
      await step.user?.(panel);
      await step.seen(panel);
      await until('all is asked that was', async () => {
        const left = await panel.host(({ page }) => page.replaying?.left().length, null);
        return left === 0;
      }).catch(async (error: unknown) => {
        const left = await panel.host(({ page }) => page.replaying?.left().slice(0, 5), null);
        throw new Error(`Not asked: ${left?.join('\n')}`, { cause: error });
      });
    }
    const unrecorded = await panel.host(({ page }) => page.replaying?.unrecorded.slice(0, 5), null);
    assert.deepEqual(unrecorded, [], 'requests that were not recorded');
    assert.deepEqual(panel.errors, []);
    return panel;
  }

  for (const [name, steps] of Object.entries({ experiment, live })) {
    it(`${name}: is shown as it was, and nothing else is asked`, async function () {
      if (isRecording) {
        this.timeout(120_000);
        await mkdir(folder, { recursive: true });
        await record(name, steps);
      }
      const panel = await replay(name, steps);
      assert.equal(await panel.host(({ page }) => page.replaying?.asked.get('subject'), null), 1);
    });
  }

  it('refuse what was not recorded, and note it', async () => {
    const replayed = readSession(await readFile(fileOf('experiment'), 'utf8'));
    const events = replayed.events.filter((event) => event.kind === 'notice' || event.method !== 'tableColumns');
    const panel = await browser.show(
      { ...experimentScenario([]), replay: writeSession({ ...replayed, events }) },
      { ...size, now },
    );
    const refused = () => panel.host(({ page }) => page.replaying?.unrecorded.length ?? 0, null);
    await until('it was noted', async () => (await refused()) > 0);
  });
});
