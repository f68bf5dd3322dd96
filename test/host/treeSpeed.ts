import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { Catalog } from '../../src/host/tree/catalog';
import { ExperimentsTree } from '../../src/host/tree/experimentsTree';
import { rowsPerPage, type NodeRef } from '../../src/host/tree/model';
import { labbook, Script, until } from './api';
import { ownConnection } from './ownConnection';

/** Milliseconds between two points of the live run. */
const pointInterval = 100;
const experimentId = '0';
/** Of the live run, of which the newest step's value is shown. */
let step = 0;

interface LiveFigures {
  /** From the answer to `log-metric` to the row that can be drawn, milliseconds, of each point. */
  readonly updates: number[];
  /** Elements that were drawn again with each of the tree's events. */
  readonly elements: number[];
  /** The longest time for which the extension host did nothing else, milliseconds. */
  readonly longest: number;
}

/**
 * Measures the tree in this extension host, beside the extension's own, with the store that the workspace's settings name.
 * `LABBOOK_TREE_FIGURES` is the file that takes the figures, as JSON; `LABBOOK_TREE_SECONDS` how long live runs are watched.
 */
export async function run(): Promise<void> {
  const seconds = Number(process.env['LABBOOK_TREE_SECONDS'] ?? '5');
  const before = performance.now();
  const api = await labbook();
  const activation: unknown = Reflect.get(globalThis, 'labbookActivation');
  const { storePath } = await api.ready();
  const ready = performance.now() - before;
  await vscode.commands.executeCommand('labbook.experiments.focus');
  const script = await Script.connect();
  const live = await script.run(experimentId, 'live');
  await script.logMetric(live, 'm0', 0.5, 0);
  // The extension's own tree opens an experiment of which a run is running.
  await pause(2000);
  const idle = await idleFor(seconds);
  const own = await liveOf(script, live, seconds, undefined);

  const tree = await openTree(storePath);
  const { catalog, provider } = tree;
  const [root] = await provider.getChildren();
  const opening = new Stretches();
  const opened = await timeOf(async () => draw(provider, await provider.getChildren(root)));
  const more: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    more.push(await timeOf(() => oneMore(tree, root)));
  }
  opening.end();
  const page = await liveOf(script, live, seconds, tree);
  while (catalog.experiment(experimentId)?.list?.more === true) {
    await catalog.loadMore(experimentId);
  }
  const rows = catalog.experiment(experimentId)?.list?.runs.size ?? 0;
  const all = await liveOf(script, live, seconds, tree);
  const redraw = await timeOf(async () => draw(provider, await provider.getChildren(root)));
  await script.finish(live);
  tree.dispose();
  const newRun = await newRunWith(rows, script);
  const figures = {
    activation,
    ready,
    idle,
    own,
    opened,
    opening: opening.longest,
    more,
    page,
    rows,
    all,
    redraw,
    newRun,
  };
  writeFileSync(process.env['LABBOOK_TREE_FIGURES'] ?? 'tree.json', JSON.stringify(figures));
}

/** Milliseconds of processor time that this thread took so far; of the clock where this Node does not tell. */
function threadTime(): number {
  const tell: unknown = Reflect.get(process, 'threadCpuUsage');
  if (typeof tell !== 'function') {
    return performance.now();
  }
  const { user, system } = Reflect.apply(tell, process, []) as { user: number; system: number };
  return (user + system) / 1000;
}

/**
 * Watches how long the extension host does nothing else: the most processor time between two turns of a timer that is always
 * due. The clock would count what other processes take from the machine.
 */
class Stretches {
  longest = 0;
  #last = threadTime();
  readonly #timer = setInterval(() => {
    const now = threadTime();
    this.longest = Math.max(this.longest, now - this.#last);
    this.#last = now;
  }, 1);

  end(): void {
    clearInterval(this.#timer);
  }
}

interface OpenTree {
  readonly catalog: Catalog;
  readonly provider: ExperimentsTree;
  dispose(): void;
}

async function openTree(storePath: string): Promise<OpenTree> {
  const connection = ownConnection(storePath);
  connection.start();
  const { client } = await connection.ready();
  const catalog = new Catalog({
    primaryPatterns: () => ['m0'],
    onTouched: (touched) => provider.refresh(touched),
    onError: (what, error) => console.error(what, error),
  });
  const provider: ExperimentsTree = new ExperimentsTree(catalog, connection, vscode.l10n.t);
  connection.onChange((batch) => catalog.apply(batch));
  catalog.connect(client);
  await until('the experiment is known', () => catalog.experiment(experimentId));
  return {
    catalog,
    provider,
    dispose: () => {
      provider.dispose();
      catalog.dispose();
      connection.dispose();
    },
  };
}

/** The longest stretch when a run comes while VS Code has all rows: it asks for all children of what got another one. */
async function newRunWith(rows: number, script: Script): Promise<number> {
  await vscode.commands.executeCommand('labbook.experiments.focus');
  await vscode.commands.executeCommand('list.focusFirst');
  await vscode.commands.executeCommand('list.expand');
  for (let page = 1; page * rowsPerPage < rows; page += 1) {
    await vscode.commands.executeCommand('labbook.loadMore', { experimentId });
  }
  await pause(2000);
  const stretches = new Stretches();
  const run = await script.run(experimentId, 'one more');
  await pause(2000);
  stretches.end();
  await script.finish(run);
  return stretches.longest;
}

/** What VS Code asks for to draw rows. */
function draw(provider: ExperimentsTree, refs: readonly NodeRef[]): vscode.TreeItem[] {
  return refs.map((ref) => provider.getTreeItem(ref));
}

async function oneMore({ catalog, provider }: OpenTree, root: NodeRef | undefined): Promise<void> {
  await catalog.loadMore(experimentId);
  draw(provider, await provider.getChildren(root));
}

/** Logs points to a live run, and watches the host meanwhile. @param tree of which rows are watched; without one, the host alone */
async function liveOf(
  script: Script,
  runId: string,
  seconds: number,
  tree: OpenTree | undefined,
): Promise<LiveFigures> {
  const updates: number[] = [];
  const elements: number[] = [];
  const listener = tree?.provider.onDidChangeTreeData((refs) => elements.push(refs?.length ?? Infinity));
  const row: NodeRef = { kind: 'run', id: `run:${runId}`, experimentId, runId };
  const stretches = new Stretches();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    step += 1;
    const value = 1_000_000 * Math.random();
    const description = tree?.provider.getTreeItem(row).description;
    await script.logMetric(runId, 'm0', value, step);
    const from = performance.now();
    if (tree !== undefined) {
      await until('the value in the row', () => tree.provider.getTreeItem(row).description !== description);
      updates.push(performance.now() - from);
    }
    await pause(pointInterval);
  }
  stretches.end();
  listener?.dispose();
  return { updates, elements, longest: stretches.longest };
}

/** The longest stretch while nothing happens: what the machine and VS Code do anyway. */
async function idleFor(seconds: number): Promise<number> {
  const stretches = new Stretches();
  await pause(seconds * 1000);
  stretches.end();
  return stretches.longest;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
