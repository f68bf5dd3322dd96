import * as vscode from 'vscode';
import { mapLimited } from '../../client/mapLimited';
import type { Run } from '../../core/model';
import { commands, type CommandHandlers } from '../contributions';
import type { ShownActions } from '../shown/shownActions';
import { pickRuns } from './picks';
import { isByKey, runIdsOf } from './targets';
import { attempt, clientOf, nameOfRun, say, thingsOrAsk, type Tools } from './tools';

type ShownCommands = CommandHandlers<
  typeof commands.toggleShown | typeof commands.showOnly | typeof commands.showOnlyThese
>;

const parallelReads = 4;

/** Commands that decide which runs charts draw. */
export function shownCommands(tools: Tools, shown: ShownActions): ShownCommands {
  const { t } = vscode.l10n;
  const runsFor = async (target: unknown, selection: unknown, title: string): Promise<readonly Run[]> => {
    const client = await clientOf(tools);
    const things = await thingsOrAsk(tools, target, selection, async () =>
      ((await pickRuns(client, title, new Set())) ?? []).map(({ info }) => ({ kind: 'run', runId: info.id })),
    );
    return mapLimited(runIdsOf(things), parallelReads, (id) => client.getRun(id));
  };
  const showOnly = (target: unknown, selection: unknown): Promise<void> =>
    result(tools, async () => {
      const runs = await runsFor(target, selection, t('Show Only These in Charts: choose runs'));
      if (runs.length > 0) {
        await shown.only(runs);
        tell(
          runs,
          t('Only {0} is shown in charts.', firstName(runs)),
          t('Only these {0} runs are shown in charts.', runs.length),
        );
      }
    });
  return {
    [commands.toggleShown]: (target, selection) =>
      result(tools, async () => {
        const runs = await runsFor(target, selection, t('Show or Hide in Charts: choose runs'));
        if (runs.length === 0) {
          if (isByKey(target)) {
            // The key is Space, which opens and closes what is no run.
            await vscode.commands.executeCommand('list.toggleExpand');
          }
          return undefined;
        }
        const [name, n] = [firstName(runs), runs.length];
        const isOn = await shown.toggle(runs);
        if (isOn) {
          tell(runs, t('{0} is shown in charts.', name), t('{0} runs are shown in charts.', n));
        } else {
          tell(runs, t('{0} is not shown in charts.', name), t('{0} runs are not shown in charts.', n));
        }
        return isOn;
      }),
    [commands.showOnly]: (target) => showOnly(target, undefined),
    [commands.showOnlyThese]: showOnly,
  };
}

/** As `attempt`, and answers for other extensions, and for tests, whether the runs are shown now. */
async function result<T>(tools: Tools, deed: () => Promise<T>): Promise<T | undefined> {
  let answer: T | undefined;
  await attempt(tools, vscode.l10n.t('Could not choose the runs in charts'), async () => {
    answer = await deed();
  });
  return answer;
}

function firstName([run]: readonly Run[]): string {
  return run ? nameOfRun(run) : '';
}

function tell(runs: readonly Run[], one: string, many: string): void {
  say(runs.length === 1 ? one : many);
}
