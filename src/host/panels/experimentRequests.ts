import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import type { ExperimentRequests } from '../../protocol/experimentPanel';
import type { PanelNotices, PanelSubject } from '../../protocol/panels';
import type { Handlers } from '../../protocol/rpc';
import { exportRuns } from '../export/exportRuns';
import { hostTurns } from '../export/writeTable';
import type { LastTrashed, Trashed } from '../platform/lastTrashed';
import { mayTrashRunning } from '../platform/trashRunning';
import { changeRuns } from './changeRuns';
import type { EarlyColumns } from './earlyColumns';
import { readAllRows, type EarlyAnswer } from './earlyRows';
import type { ExperimentFacts } from './experimentFacts';
import { matchingRuns } from './matchingRuns';
import { experimentRequests as requests } from './messages';
import { saveFile } from './saveFile';
import type { SavedViews } from './savedViews';
import { shownRequests, type ShownContext } from './shownRequests';
import { experimentIdsOf } from './subjects';
import { panelTitle } from './titles';
import { openAt } from './viewsFolder';

/** An experiment's panel as the handlers of its requests see it. */
export interface ExperimentContext extends ShownContext {
  readonly subject: PanelSubject;
  /** Running runs of which nothing is heard any more. */
  readonly lost: () => ReadonlySet<string>;
  readonly facts: ExperimentFacts;
  /** Rows that were asked for before the page could. */
  readonly early: EarlyAnswer;
  /** The columns that a page asks for first, in the same way. */
  readonly earlyColumns: EarlyColumns;
  readonly views: SavedViews;
  readonly trashed: LastTrashed;
  client(): Promise<TrackingClient>;
  openPanel(subject: PanelSubject): Promise<void>;
  setTitle(title: string): void;
  /** The panel asked for the saved views. */
  onListViews(): void;
  /** Tells the panel how far its table is read. */
  tellRead(progress: PanelNotices['tableRead']): void;
}

type Answers<Method extends keyof ExperimentRequests> = Pick<Handlers<ExperimentRequests>, Method>;

export function experimentRequests(panel: ExperimentContext): Handlers<ExperimentRequests> {
  return {
    ...tableRequests(panel),
    ...editRequests(panel),
    ...factRequests(panel),
    ...keepingRequests(panel),
    ...shownRequests(panel),
  };
}

function tableRequests(panel: ExperimentContext): Answers<'tableRows' | 'tableColumns' | 'matchingRuns' | 'openChart'> {
  const { subject } = panel;
  const runsOf = (runIds: string[] | undefined) => ({
    experiment_ids: experimentIdsOf(subject),
    stage: 'active' as const,
    ...(runIds === undefined ? {} : { run_ids: runIds }),
  });
  return {
    tableRows: async (params, signal) => {
      const { runIds } = requests.tableRows.parse(params);
      const early = runIds === undefined ? panel.early.take(signal) : undefined;
      if (early) {
        return early;
      }
      const client = await panel.client();
      return runIds === undefined
        ? readAllRows(subject, client, (progress) => panel.tellRead(progress), signal)
        : client.tableRows(runsOf(runIds), { signal });
    },
    tableColumns: async (params, signal) => {
      const { runIds, columns } = requests.tableColumns.parse(params);
      const early = runIds === undefined ? panel.earlyColumns.take(columns, signal) : undefined;
      return early ?? (await panel.client()).tableColumns({ ...runsOf(runIds), columns }, { signal });
    },
    matchingRuns: async (params, signal) => {
      const { conditions } = requests.matchingRuns.parse(params);
      return { matches: await matchingRuns(await panel.client(), experimentIdsOf(subject), conditions, signal) };
    },
    openChart: async (params) => {
      await panel.openPanel({ panel: 'chart', ...requests.openChart.parse(params) });
      return null;
    },
  };
}

function editRequests(panel: ExperimentContext): Answers<'setName' | 'setTag' | 'trashRuns' | 'restoreRuns'> {
  const forEach = async (
    runIds: readonly string[],
    signal: AbortSignal,
    edit: (client: TrackingClient, runId: string) => Promise<unknown>,
  ): Promise<null> => {
    const client = await panel.client();
    await changeRuns(runIds, signal, (runId) => edit(client, runId));
    return null;
  };
  return {
    setName: (params, signal) => {
      const { runId, name } = requests.setName.parse(params);
      return forEach([runId], signal, (client) => client.updateRun(runId, { name: name.trim() }));
    },
    setTag: (params, signal) => {
      const { runIds, key, value } = requests.setTag.parse(params);
      return forEach(runIds, signal, (client, runId) =>
        value === undefined ? client.deleteTag(runId, key) : client.setTag(runId, key, value),
      );
    },
    trashRuns: async (params, signal) => {
      const { runIds, running } = requests.trashRuns.parse(params);
      if (running !== undefined && !(await mayTrashRunning(running))) {
        return { kept: true };
      }
      const done: Trashed[] = [];
      try {
        return await forEach(runIds, signal, async (client, runId) => {
          await client.deleteRun(runId);
          done.push({ kind: 'run', runId });
        });
      } finally {
        if (done.length > 0) {
          panel.trashed.set(done);
        }
      }
    },
    restoreRuns: async (params, signal) => {
      const { runIds } = requests.restoreRuns.parse(params);
      return forEach(runIds, signal, async (client, runId) => {
        // By the command, which is there at the same time, it may be back already.
        if ((await client.getRun(runId, { signal })).info.stage === 'deleted') {
          await client.restoreRun(runId);
        }
        panel.trashed.restored([{ kind: 'run', runId }]);
      });
    },
  };
}

function factRequests(
  panel: ExperimentContext,
): Answers<'tableFacts' | 'setBaseline' | 'setPrimaryMetric' | 'setDirection'> {
  const { facts } = panel;
  return {
    tableFacts: async (params, signal) => {
      requests.tableFacts.parse(params);
      const read = await facts.read(signal);
      if (panel.subject.panel === 'experiment') {
        panel.setTitle(panelTitle(panel.subject, undefined, read.experiments[0]?.name));
      }
      return read;
    },
    setBaseline: async (params) => {
      await facts.setBaseline(requests.setBaseline.parse(params).runId);
      return null;
    },
    setPrimaryMetric: async (params) => {
      const { key, aggregate = 'last' } = requests.setPrimaryMetric.parse(params);
      await facts.setPrimaryMetric(key === undefined ? undefined : { key, aggregate });
      return null;
    },
    setDirection: async (params) => {
      const { key, better } = requests.setDirection.parse(params);
      await facts.setDirection(key, better);
      return null;
    },
  };
}

function keepingRequests(
  panel: ExperimentContext,
): Answers<'exportRuns' | 'saveFile' | 'copyText' | 'listViews' | 'saveView' | 'openViewFile' | 'deleteView'> {
  const { views } = panel;
  return {
    saveFile: async (params) => ({ saved: await saveFile(requests.saveFile.parse(params)) }),
    exportRuns: async (params) => {
      const { name, format, runIds, columns } = requests.exportRuns.parse(params);
      const source = { whole: [], runs: runIds, of: experimentIdsOf(panel.subject) };
      const wish = { source, fields: columns, count: runIds.length, name, format, lost: panel.lost() };
      return { saved: await exportRuns(await panel.client(), wish) };
    },
    copyText: async (params) => {
      await vscode.env.clipboard.writeText(await textOfParts(requests.copyText.parse(params).parts));
      return null;
    },
    listViews: async (params) => {
      requests.listViews.parse(params);
      const list = await views.list();
      panel.onListViews();
      return { views: list };
    },
    saveView: async (params) => {
      const { name, content, was } = requests.saveView.parse(params);
      return { content: await views.save(name, content, was) };
    },
    openViewFile: async (params) => {
      await openAt(await views.locate(requests.openViewFile.parse(params).name));
      return null;
    },
    deleteView: async (params) => {
      await views.delete(requests.deleteView.parse(params).name);
      return null;
    },
  };
}

/** The text whose UTF-8 comes in parts, of which none need end with a character. */
async function textOfParts(parts: readonly ArrayBuffer[]): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const turn = hostTurns();
  const texts: string[] = [];
  for (const part of parts) {
    texts.push(decoder.decode(part, { stream: true }));
    await turn();
  }
  return [...texts, decoder.decode()].join('');
}
