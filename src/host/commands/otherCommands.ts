import * as vscode from 'vscode';
import { commands, type CommandHandlers } from '../contributions';
import type { ServerLog } from '../platform/serverLog';
import type { ExperimentsView } from '../tree/experimentsView';
import type { NodeRef } from '../tree/model';
import { clickOf } from '../tree/treeItems';
import { pickRun } from './picks';
import { textField } from './targets';
import { attempt, clientOf, say, thingsOrAsk, type Tools } from './tools';

type OtherCommands = CommandHandlers<
  | typeof commands.refresh
  | typeof commands.copyId
  | typeof commands.openSelected
  | typeof commands.loadMore
  | typeof commands.stopServer
  | typeof commands.restartServer
  | typeof commands.showLog
>;

/** Milliseconds for which VS Code may be drawing rows again. */
const redrawLimit = 1000;

/** What a click selected. While VS Code draws rows again, it does not know for a moment what they stand for. */
async function clicked(view: ExperimentsView): Promise<NodeRef | undefined> {
  const deadline = performance.now() + redrawLimit;
  for (;;) {
    const [ref] = view.selection;
    if (ref !== undefined || performance.now() > deadline) {
      return ref;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Commands for the view, the clipboard and the server. */
export function otherCommands(
  tools: Tools,
  {
    experiments,
    serverLog,
  }: {
    readonly experiments: ExperimentsView;
    readonly serverLog: ServerLog;
  },
): OtherCommands {
  const { t } = vscode.l10n;
  const { connection } = tools;
  return {
    [commands.refresh]: () => {
      connection.session?.feed.retryNow();
      connection.readAgain();
    },
    [commands.copyId]: (target, selection) =>
      attempt(tools, t('Could not copy the ID'), async () => {
        const things = await thingsOrAsk(tools, target, selection, async () => {
          const run = await pickRun(await clientOf(tools), t('Copy the ID of a run'));
          return run ? [{ kind: 'run', runId: run.info.id }] : [];
        });
        const ids = things.map((thing) => (thing.kind === 'run' ? thing.runId : thing.experimentId));
        if (ids.length > 0) {
          await vscode.env.clipboard.writeText(ids.join('\n'));
          say(ids.length === 1 ? t('Copied the ID.') : t('Copied {0} IDs.', ids.length));
        }
      }),
    [commands.openSelected]: async () => {
      const ref = await clicked(experiments);
      const click = ref && clickOf(ref);
      if (click) {
        await vscode.commands.executeCommand(click.command, ...click.arguments);
      }
    },
    [commands.loadMore]: (target) =>
      attempt(tools, t('Could not load more runs'), async () => {
        const experimentId = textField(target, 'experimentId');
        if (experimentId !== undefined) {
          await experiments.catalog.loadMore(experimentId, textField(target, 'within'));
        }
      }),
    [commands.stopServer]: () => attempt(tools, t('Could not stop the server'), () => connection.stop()),
    [commands.restartServer]: () =>
      attempt(tools, t('Could not restart the server'), async () => {
        if (connection.state.kind !== 'off') {
          await connection.restart();
          await connection.ready();
        }
      }),
    [commands.showLog]: () => serverLog.show(),
  };
}
