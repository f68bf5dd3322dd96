import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { formatCount } from '../../core/format';
import type { Run } from '../../core/model';
import { runsAsPython } from '../../core/runsTable';
import type { TableFormat } from '../../core/tableText';
import { commands, type CommandHandlers } from '../contributions';
import { exportRuns } from '../export/exportRuns';
import { readColumns, type RunSource } from '../export/readColumns';
import { hostTurns, textOf } from '../export/writeTable';
import { forEachRun } from '../panels/bulk';
import { longWait } from '../platform/longWait';
import { pickRuns } from './picks';
import { runIdsOf } from './targets';
import { attempt, clientOf, preset, say, thingsFor, type Tools } from './tools';

type ExportCommands = CommandHandlers<
  | typeof commands.copyAsMarkdown
  | typeof commands.copyAsTsv
  | typeof commands.copyAsCsv
  | typeof commands.copyAsJson
  | typeof commands.copyAsLatex
  | typeof commands.copyAsPython
  | typeof commands.export
>;

/** No run is told to be lost: the status is what the server says. */
const noneLost: ReadonlySet<string> = new Set();

/** Commands that hand runs to other programs: last metrics, parameters and tags, in full precision. */
export function exportCommands(tools: Tools): ExportCommands {
  const { t } = vscode.l10n;
  const copy = (target: unknown, selection: unknown, textFor: (chosen: Chosen) => Promise<Copied | undefined>) =>
    attempt(tools, t('Could not copy the runs'), async () => {
      const chosen = await choose(tools, target, selection, t('Copy which runs?'));
      const copied = chosen && (await textFor(chosen));
      if (copied !== undefined && copied.runs > 0) {
        await vscode.env.clipboard.writeText(copied.text);
        say(copied.runs === 1 ? t('Copied the run.') : t('Copied {0} runs.', copied.runs));
      }
    });
  const copyTable =
    (format: TableFormat) =>
    (target?: unknown, selection?: unknown): Promise<void> =>
      copy(target, selection, (chosen) =>
        longWait(t('Reading runs'), async (_, signal) => {
          const turn = hostTurns();
          const options = { signal, turn, lost: noneLost, now: Date.now() };
          const columns = await readColumns(chosen.client, chosen.source, 'all', options);
          return { runs: columns[0]?.cells.length ?? 0, text: await textOf(columns, format, { signal, turn }) };
        }),
      );
  return {
    [commands.copyAsMarkdown]: copyTable('markdown'),
    [commands.copyAsTsv]: copyTable('tsv'),
    [commands.copyAsCsv]: copyTable('csv'),
    [commands.copyAsJson]: copyTable('json'),
    [commands.copyAsLatex]: copyTable('latex'),
    [commands.copyAsPython]: (target, selection) =>
      copy(target, selection, ({ client, experimentIds, runs }) =>
        longWait(t('Reading runs'), async (_, signal) => {
          const whole = experimentIds.length === 0 ? [] : await client.allRuns({ experimentIds }, { signal });
          const all = [...new Map([...whole, ...runs].map((run) => [run.info.id, run])).values()];
          return { runs: all.length, text: runsAsPython(all) };
        }),
      ),
    [commands.export]: (target, selection) =>
      attempt(tools, t('Could not export the runs'), async () => {
        const chosen = await choose(tools, target, selection, t('Export which runs?'));
        if (chosen !== undefined) {
          const { client, source } = chosen;
          const whole = source.whole.length === 0 ? 0 : await client.countRuns(source.whole, 'active');
          const count = whole === undefined ? undefined : whole + source.runs.length;
          const file = preset(target, 'file');
          await exportRuns(client, { source, fields: 'all', count, name: 'runs', format: 'csv', file, lost: noneLost });
        }
      }),
  };
}

interface Copied {
  readonly text: string;
  readonly runs: number;
}

interface Chosen {
  readonly client: TrackingClient;
  /** Experiments of which all runs are chosen. */
  readonly experimentIds: readonly string[];
  /** Single runs. */
  readonly runs: readonly Run[];
  /** Both. */
  readonly source: RunSource;
}

/**
 * The runs of the argument, all runs of experiments among it, or those that the user picks.
 * @returns undefined where there are none, or the user did not want to wait for them
 */
async function choose(tools: Tools, target: unknown, selection: unknown, title: string): Promise<Chosen | undefined> {
  const client = await clientOf(tools);
  const things = thingsFor(tools, target, selection);
  const experimentIds = things.flatMap((thing) => (thing.kind === 'experiment' ? [thing.experimentId] : []));
  const runIds = [...new Set(runIdsOf(things))];
  const runs =
    things.length === 0
      ? await pickRuns(client, title, new Set())
      : await longWait(vscode.l10n.t('Reading runs'), (report, signal) =>
          readRuns(client, runIds, (count) => report(formatCount(count)), signal),
        );
  if (runs === undefined || runs.length + experimentIds.length === 0) {
    return undefined;
  }
  return { client, experimentIds, runs, source: sourceOf(experimentIds, runs) };
}

/** @param onRead told how many runs are there */
async function readRuns(
  client: TrackingClient,
  runIds: readonly string[],
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const runs = new Map<string, Run>();
  const { errors } = await forEachRun(runIds, signal, async (id) => {
    runs.set(id, await client.getRun(id, { signal }));
    onRead(runs.size);
  });
  signal.throwIfAborted();
  if (errors.length > 0) {
    throw errors[0];
  }
  return runIds.flatMap((id) => runs.get(id) ?? []);
}

function sourceOf(experimentIds: readonly string[], runs: readonly Run[]): RunSource {
  const others = runs.filter(({ info }) => !experimentIds.includes(info.experimentId));
  const areDeleted = experimentIds.length === 0 && others.every(({ info }) => info.stage === 'deleted');
  return {
    whole: experimentIds,
    runs: others.map(({ info }) => info.id),
    of: [...new Set(others.map(({ info }) => info.experimentId))],
    ...(areDeleted ? { stage: 'deleted' } : {}),
  };
}
