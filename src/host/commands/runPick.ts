import * as vscode from 'vscode';
import { formatAgo, formatMetric } from '../../core/format';
import type { Run, ViewType } from '../../core/model';
import type { TrackingClient } from '../../client/types';
import { readSetting } from '../contributions';
import { describe } from '../platform/connection';
import { inPick } from '../platform/text';
import { statusWord } from '../tree/runView';
import { pickMetric } from '../../core/primaryMetric';
import { nameFilter } from './runSearch';

/** Runs that are listed before anything is typed (the newest), and that a search adds. */
const listedRuns = 200;
/** Milliseconds without a key after which the server is asked. */
const typingPause = 150;

interface RunItem extends vscode.QuickPickItem {
  readonly run: Run;
}

export interface RunPickOptions {
  readonly title: string;
  readonly many: boolean;
  readonly view?: ViewType;
  /** Ids of runs that are chosen already. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Asks for runs: the newest are listed at once, and what is typed is looked for on the server too, so that any of tens of
 * thousands is found by its name. Undefined where the user backs out.
 */
export async function pickRunsFrom(
  client: TrackingClient,
  { title, many, view = 'ACTIVE_ONLY', without = new Set() }: RunPickOptions,
): Promise<readonly Run[] | undefined> {
  const pick = vscode.window.createQuickPick<RunItem>();
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  pick.title = title;
  pick.placeholder = vscode.l10n.t('Type a part of the name');
  pick.canSelectMany = many;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const found = new Map<string, RunItem>();
  try {
    return await new Promise<readonly Run[] | undefined>((resolve, reject) => {
      const search = async (text: string): Promise<void> => {
        pick.busy = true;
        try {
          const items = await searchItems(client, view, text, abort.signal);
          items.filter(({ run }) => !without.has(run.info.id)).forEach((item) => found.set(item.run.info.id, item));
          const chosen = new Set(pick.selectedItems.map(({ run }) => run.info.id));
          pick.items = [...found.values()];
          pick.selectedItems = pick.items.filter(({ run }) => chosen.has(run.info.id));
        } finally {
          pick.busy = false;
        }
      };
      const fail = (error: unknown): void => {
        if (!abort.signal.aborted) {
          reject(error instanceof Error ? error : new Error(describe(error)));
        }
      };
      pick.onDidChangeValue((text) => {
        clearTimeout(timer);
        if (text.trim() !== '') {
          timer = setTimeout(() => void search(text.trim()).catch(fail), typingPause);
        }
      });
      pick.onDidAccept(() => resolve((many ? pick.selectedItems : pick.activeItems).map(({ run }) => run)));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
      search('').catch(fail);
    });
  } finally {
    clearTimeout(timer);
    abort.abort();
    pick.dispose();
  }
}

/** The newest runs whose name holds a text, as items; with an empty text the newest of all. */
export async function searchItems(
  client: TrackingClient,
  view: ViewType,
  text: string,
  signal?: AbortSignal,
): Promise<RunItem[]> {
  const options = signal === undefined ? {} : { signal };
  const experiments = await client.allExperiments({}, options);
  const names = new Map(experiments.map(({ id, name }) => [id, name]));
  const filter = text === '' ? undefined : nameFilter(text);
  if (names.size === 0 || (text !== '' && filter === undefined)) {
    return [];
  }
  const wanted = filter === undefined ? {} : { filter };
  const page = await client.searchRuns(
    { experimentIds: [...names.keys()], view, maxResults: listedRuns, ...wanted },
    options,
  );
  const patterns = readSetting(vscode.workspace, 'labbook.metrics.primary');
  return page.items.map((run) => ({
    run,
    label: `$(graph-line) ${inPick(run.info.name || run.info.id)}`,
    description: inPick(names.get(run.info.experimentId) ?? ''),
    detail: inPick(
      [statusWord(run.info.status, vscode.l10n.t), metricOf(run, patterns), formatAgo(run.info.startTime, Date.now())]
        .filter((part) => part !== '')
        .join(' · '),
    ),
  }));
}

function metricOf(run: Run, patterns: readonly string[]): string {
  const key = pickMetric(
    run.metrics.map((each) => each.key),
    patterns,
  );
  const metric = run.metrics.find((each) => each.key === key);
  return metric ? `${metric.key} ${formatMetric(metric.value)}` : '';
}
