import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { formatCount } from '../../core/format';
import { runColumns, runsAsPython, runsTable, type RunColumn } from '../../core/runsTable';
import { tableExtensions, tableFormats, tableText, type TableFormat } from '../../core/tableText';
import { commands, type CommandHandlers } from '../contributions';
import { parquetOf } from '../export/parquet';
import { forEachRun } from '../panels/bulk';
import { longWait } from '../platform/longWait';
import { tellSaved } from '../platform/savedFile';
import { inMessage } from '../platform/text';
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

/** Commands that hand runs to other programs: last metrics, parameters and tags, in full precision. */
export function exportCommands(tools: Tools): ExportCommands {
  const { t } = vscode.l10n;
  const copy = (target: unknown, selection: unknown, textOf: (runs: readonly Run[], table: RunColumn[]) => string) =>
    attempt(tools, t('Could not copy the runs'), async () => {
      const client = await clientOf(tools);
      const runs = await runsFor(tools, client, target, selection, t('Copy which runs?'));
      if (runs !== undefined && runs.length > 0) {
        await vscode.env.clipboard.writeText(textOf(runs, await columnsOf(client, runs)));
        say(runs.length === 1 ? t('Copied the run.') : t('Copied {0} runs.', runs.length));
      }
    });
  const copyTable =
    (format: TableFormat) =>
    (target?: unknown, selection?: unknown): Promise<void> =>
      copy(target, selection, (_, columns) => tableText(runsTable(columns), format));
  return {
    [commands.copyAsMarkdown]: copyTable('markdown'),
    [commands.copyAsTsv]: copyTable('tsv'),
    [commands.copyAsCsv]: copyTable('csv'),
    [commands.copyAsJson]: copyTable('json'),
    [commands.copyAsLatex]: copyTable('latex'),
    [commands.copyAsPython]: (target, selection) => copy(target, selection, (runs) => runsAsPython(runs)),
    [commands.export]: (target, selection) =>
      attempt(tools, t('Could not export the runs'), async () => {
        const client = await clientOf(tools);
        const runs = await runsFor(tools, client, target, selection, t('Export which runs?'));
        if (runs !== undefined && runs.length > 0) {
          await exportRuns(client, runs, preset(target, 'file'));
        }
      }),
  };
}

/**
 * The runs of the argument, all runs of experiments among it, or those that the user picks.
 * @returns undefined where the user did not want to wait for them
 */
async function runsFor(
  tools: Tools,
  client: TrackingClient,
  target: unknown,
  selection: unknown,
  title: string,
): Promise<readonly Run[] | undefined> {
  const things = thingsFor(tools, target, selection);
  const experimentIds = things.flatMap((thing) => (thing.kind === 'experiment' ? [thing.experimentId] : []));
  const runIds = [...new Set(runIdsOf(things))];
  if (things.length === 0) {
    return pickRuns(client, title, new Set());
  }
  return longWait(vscode.l10n.t('Reading runs'), (report, signal) =>
    readRuns(client, experimentIds, runIds, (count) => report(formatCount(count)), signal),
  );
}

/** @param onRead told how many runs are there */
async function readRuns(
  client: TrackingClient,
  experimentIds: readonly string[],
  runIds: readonly string[],
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const whole = experimentIds.length === 0 ? [] : await client.allRuns({ experimentIds }, { signal });
  const runs = new Map(whole.map((run) => [run.info.id, run]));
  onRead(runs.size);
  const single = new Map<string, Run>();
  const missing = runIds.filter((id) => !runs.has(id));
  const { errors } = await forEachRun(missing, signal, async (id) => {
    single.set(id, await client.getRun(id, { signal }));
    onRead(runs.size + single.size);
  });
  signal.throwIfAborted();
  if (errors.length > 0) {
    throw errors[0];
  }
  return [...runs.values(), ...missing.flatMap((id) => single.get(id) ?? [])];
}

async function columnsOf(client: TrackingClient, runs: readonly Run[]): Promise<RunColumn[]> {
  const names = new Map<string, string>();
  for (const id of new Set(runs.map(({ info }) => info.experimentId))) {
    names.set(id, (await client.getExperiment(id)).name);
  }
  return runColumns(runs, (id) => names.get(id) ?? '');
}

async function exportRuns(client: TrackingClient, runs: readonly Run[], file: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target =
    file === undefined
      ? await vscode.window.showSaveDialog({
          title: runs.length === 1 ? t('Export 1 Run') : t('Export {0} Runs', runs.length),
          filters: {
            CSV: ['csv'],
            TSV: ['tsv'],
            JSON: ['json'],
            Parquet: ['parquet'],
            Markdown: ['md'],
            LaTeX: ['tex'],
          },
          ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, 'runs.csv') }),
        })
      : vscode.Uri.file(file);
  if (target === undefined) {
    return;
  }
  const columns = await columnsOf(client, runs);
  const extension = path.posix.extname(target.path).slice(1).toLowerCase();
  const format = tableFormats.find((each) => tableExtensions[each] === extension);
  if (format === undefined && extension !== 'parquet') {
    throw new Error(
      extension === ''
        ? t('it is not clear what a file without an extension is to hold; choose one of the formats')
        : t('it is not clear what a .{0} file is to hold; choose one of the formats', inMessage(extension, 20)),
    );
  }
  await writeFile(target.fsPath, format === undefined ? parquetOf(columns) : tableText(runsTable(columns), format));
  tellSaved(runs.length === 1 ? t('Exported 1 run.') : t('Exported {0} runs.', runs.length), target);
}
