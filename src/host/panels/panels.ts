import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { Coalescer } from '../../core/coalescer';
import type { HostChannel } from '../../protocol/panelChannel';
import type { PanelNotices, PanelSubject } from '../../protocol/panels';
import { panelStrings } from '../../protocol/panelStrings';
import { RpcChannel } from '../../protocol/rpc';
import { panelViewTypes, viewIds } from '../contributions';
import { describe, type Connection } from '../platform/connection';
import type { LastTrashed } from '../platform/lastTrashed';
import type { MarkedRuns } from '../shown/markedRuns';
import { Disposables } from '../platform/disposables';
import { chartSettings } from './chartDefaults';
import { ConnectionNotices } from './connectionNotices';
import { ExperimentFacts, factSettings } from './experimentFacts';
import type { ExperimentContext } from './experimentRequests';
import { EarlyColumns } from './earlyColumns';
import { EarlyAnswer, readAllRows } from './earlyRows';
import { panelHtml } from './html';
import { panelState } from './messages';
import { PendingNotice } from './notices';
import { KeptArrangements } from './keptArrangements';
import { OpenPanel } from './openPanel';
import { OpenPanels } from './openPanels';
import { panelRequests } from './requests';
import { SavedViews } from './savedViews';
import { shownOf } from './shownRequests';
import { wakeTab } from './sleepingTabs';
import { watchSplits, type Split } from './splitGroups';
import { experimentIdsOf, runIdsOf } from './subjects';
import { readTitle } from './titles';
import { viewsFolder, watchViews } from './viewsFolder';

/** Milliseconds between two notices to a panel. */
const noticeInterval = 200;

/** Running runs of which nothing is heard any more. */
export interface LostRuns {
  readonly lost: ReadonlySet<string>;
  onLost(listener: () => void): { dispose(): void };
}

/** The editor tabs of Labbook: opens them, brings an open one to the front, restores them after a reload. */
export class Panels {
  readonly #open = new OpenPanels();
  readonly #owned = new Disposables();
  readonly views = new SavedViews(viewsFolder, vscode.l10n.t);
  readonly #notices: ConnectionNotices;
  readonly #kept: KeptArrangements;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly connection: Connection,
    private readonly log: vscode.LogOutputChannel,
    private readonly memory: vscode.Memento,
    private readonly marked: MarkedRuns,
    private readonly lost: LostRuns,
    private readonly trashed: LastTrashed,
  ) {
    this.#notices = this.#owned.add(new ConnectionNotices(connection, vscode.l10n.t));
    this.#kept = new KeptArrangements(memory);
    this.#owned.add(watchSplits((split) => this.#split(split)));
    for (const viewType of Object.values(panelViewTypes)) {
      this.#owned.add(
        vscode.window.registerWebviewPanelSerializer(viewType, {
          deserializeWebviewPanel: async (panel, state) => {
            const known = panelState.safeParse(state);
            if (known.success) {
              const { subject, ...arrangement } = known.data;
              this.#fill(panel, subject, JSON.stringify(arrangement));
            } else {
              this.log.warn(`A panel (${viewType}) was not restored: it left nothing that says what it showed.`);
              panel.dispose();
            }
            return Promise.resolve();
          },
        }),
      );
    }
  }

  /**
   * Shows a subject: in a panel that already does, else in a new one. To the side: beside what is in front, which may be the same.
   * @throws Error, fit to show, where it is not there
   */
  async open(subject: PanelSubject, { toSide = false, keepFocus = false } = {}): Promise<void> {
    const { viewColumn: front } = vscode.window.tabGroups.activeTabGroup;
    const reveal = ({ panel }: OpenPanel): void =>
      panel.reveal(toSide && panel.viewColumn === front ? vscode.ViewColumn.Beside : undefined, keepFocus);
    const open = toSide ? this.#open.findOther(subject) : this.#open.find(subject);
    if (open) {
      reveal(open);
      return;
    }
    const before = this.#open.of(subject);
    // What is not there is an error of the command now, rather than an empty panel.
    const { client } = await this.connection.ready(10_000);
    const title = await readTitle(subject, client);
    // Woken, or opened by another call meanwhile, as by the second click of two.
    const find = (): OpenPanel | undefined => this.#open.of(subject).find((each) => !before.includes(each));
    const hasMoved = await wakeTab(
      panelViewTypes[subject.panel],
      title,
      () => find() !== undefined,
      () => this.#open.all.map(({ panel }) => panel),
    );
    if (hasMoved && keepFocus) {
      await vscode.commands.executeCommand(`${viewIds.experiments}.focus`);
    }
    const other = find();
    if (other) {
      reveal(other);
      return;
    }
    const place = {
      viewColumn: toSide ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
      preserveFocus: keepFocus,
    };
    const panel = vscode.window.createWebviewPanel(panelViewTypes[subject.panel], title, place);
    this.#fill(panel, subject, before[0]?.arrangement);
  }

  /** The panel of an experiment that is in front; undefined where there is none. */
  get activeExperiment(): OpenPanel | undefined {
    return this.#open.activeExperiment;
  }

  /** Opens an experiment arranged as a saved view says. */
  async openView(subject: PanelSubject, name: string): Promise<void> {
    await this.open(subject);
    this.#open.find(subject)?.showView(name);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Shows a panel once more, in the group that VS Code made for that. */
  #split({ viewColumn, ...tab }: Split): void {
    const source = this.#open.shownIn(tab);
    if (source) {
      const { viewType, title } = source.panel;
      this.#fill(vscode.window.createWebviewPanel(viewType, title, viewColumn), source.subject, source.arrangement);
    }
  }

  /** @param arrangement of the panel, as far as it is known; else that of the experiment's last one */
  #fill(panel: vscode.WebviewPanel, subject: PanelSubject, arrangement: string | undefined): void {
    const root = vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.iconPath = {
      dark: vscode.Uri.joinPath(this.extensionUri, 'media', `${subject.panel}-dark.svg`),
      light: vscode.Uri.joinPath(this.extensionUri, 'media', `${subject.panel}-light.svg`),
    };
    const owned = new Disposables();
    panel.onDidDispose(() => owned.dispose());
    const facts = owned.add(this.#facts(subject, (notice) => notice(channel)));
    const open: OpenPanel = new OpenPanel(panel, subject, (): HostChannel => channel, arrangement);
    owned.add(this.#open.add(open));
    panel.onDidDispose(() => {
      if (open.id !== undefined) {
        this.#kept
          .drop(subject, open.id)
          .catch((error: unknown) => this.log.error(`panel ${subject.panel}: ${describe(error)}`));
      }
    });
    const early = owned.add(new EarlyAnswer());
    const earlyColumns = owned.add(new EarlyColumns(this.memory, experimentIdsOf(subject)));
    const channel = owned.add(this.#channel(panel, open, { facts, early, earlyColumns }));
    if (subject.panel === 'experiment') {
      const tell = (progress: PanelNotices['tableRead']): void => channel.notify('tableRead', progress);
      const client = async () => (await this.connection.ready(10_000)).client;
      const rows = early.begin(async (signal) => readAllRows(subject, await client(), tell, signal));
      earlyColumns.begin(async (request, signal) => {
        // Over a server that has no tables columns are of the runs that were read.
        await rows;
        return (await client()).tableColumns(request, { signal });
      });
    }
    this.#notify(owned, channel, subject, () => {
      early.drop();
      earlyColumns.drop();
    });
    this.#watch(owned, channel, subject, facts);
    owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (chartSettings.some((id) => event.affectsConfiguration(id))) {
          channel.notify('chartDefaultsChanged', {});
        }
      }),
    );
    this.#followMarks(owned, channel, subject, panel);
    webview.html = panelHtml({
      panel: subject.panel,
      title: panel.title,
      language: vscode.env.language,
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(root, `${subject.panel}.js`)).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(root, `${subject.panel}.css`)).toString(),
      strings: translated(),
    });
  }

  #facts(subject: PanelSubject, tell: (notice: (channel: HostChannel) => void) => void): ExperimentFacts {
    return new ExperimentFacts({
      subject,
      session: () => this.connection.ready(10_000),
      marks: this.marked.marks,
      memory: this.memory,
      workspace: vscode.workspace,
      onFacts: () => tell((channel) => channel.notify('factsChanged', {})),
      onDirection: () => this.marked.directions.fire(),
      onStages: () => tell((channel) => channel.notify('changed', everything(subject))),
      onError: (error) => this.log.error(`panel ${subject.panel}: ${describe(error)}`),
    });
  }

  #channel(
    panel: vscode.WebviewPanel,
    open: OpenPanel,
    parts: Pick<ExperimentContext, 'facts' | 'early' | 'earlyColumns'>,
  ): HostChannel {
    const { webview } = panel;
    const { subject } = open;
    const port = {
      post: (message: unknown): void => void webview.postMessage(message),
      listen: (handler: (message: unknown) => void) => webview.onDidReceiveMessage(handler),
    };
    const channel: HostChannel = new RpcChannel(port, {
      handlers: panelRequests({
        subject,
        ...parts,
        views: this.views,
        kept: this.#kept,
        trashed: this.trashed,
        own: open,
        lost: () => this.lost.lost,
        shown: this.marked.shown,
        selected: this.marked.selected,
        selector: panel,
        log: this.log,
        openPanel: (other) => this.open(other),
        client: async () => (await this.connection.ready(10_000)).client,
        setTitle: (title) => {
          if (title !== '' && panel.title !== title) {
            panel.title = title;
          }
        },
        onPage: () => {
          parts.earlyColumns.expect();
          const { current } = this.#notices;
          if (current.state !== 'connected') {
            channel.notify('connection', current);
          }
        },
        onListViews: () => open.listen(),
        tellRead: (progress) => channel.notify('tableRead', progress),
      }),
      notices: {},
      onError: (what, error) => this.log.error(`panel ${subject.panel}, ${what}: ${describe(error)}`),
    });
    return channel;
  }

  /** Passes changes of the subject's runs and the server's comings and goings on to the panel. */
  #notify(owned: Disposables, channel: HostChannel, subject: PanelSubject, onChange: () => void): void {
    const pending = new PendingNotice();
    const sender = owned.add(
      new Coalescer(
        () => {
          const notice = pending.take();
          if (notice) {
            channel.notify('changed', notice);
          }
        },
        { minInterval: noticeInterval, onError: (error) => this.log.error(describe(error)) },
      ),
    );
    owned.add(
      this.connection.onChange((batch) => {
        if (pending.add(batch, subject)) {
          onChange();
          sender.request();
        }
      }),
    );
    owned.add(
      this.connection.onReset(() => {
        onChange();
        channel.notify('changed', everything(subject));
      }),
    );
    owned.add(this.#notices.onNotice((notice) => channel.notify('connection', notice)));
    owned.add(this.lost.onLost(() => channel.notify('lostChanged', { runIds: [...this.lost.lost] })));
  }

  /** Which runs are shown, and selected, in the tree and in other panels. */
  #followMarks(owned: Disposables, channel: HostChannel, subject: PanelSubject, panel: vscode.WebviewPanel): void {
    const experiments = experimentIdsOf(subject);
    const { shown, selected } = this.marked;
    owned.add(
      shown.onChange((id) => {
        if (experiments.includes(id)) {
          channel.notify('shownChanged', { experiments: shownOf(shown, subject) });
        }
      }),
    );
    owned.add(
      selected.onChange(({ experimentIds, by }) => {
        if (by !== panel && experiments.some((id) => experimentIds.has(id))) {
          channel.notify('selected', { runIds: selected.get(experiments) });
        }
      }),
    );
  }

  /** Settings, tags of the experiments and files of views that change. */
  #watch(owned: Disposables, channel: HostChannel, subject: PanelSubject, facts: ExperimentFacts): void {
    const isOfFacts = (event: vscode.ConfigurationChangeEvent): boolean =>
      factSettings.some((id) => event.affectsConfiguration(id));
    owned.add(
      this.connection.onChange((batch) => {
        if (facts.isOf(batch.experiments)) {
          facts.check();
        }
      }),
    );
    owned.add(this.marked.marks.onKept(() => facts.check()));
    if (subject.panel !== 'experiment') {
      owned.add(this.marked.directions.on(() => channel.notify('factsChanged', {})));
      owned.add(
        vscode.workspace.onDidChangeConfiguration((event) => {
          if (isOfFacts(event)) {
            channel.notify('factsChanged', {});
          }
        }),
      );
      return;
    }
    owned.add(this.connection.onReset(() => facts.check()));
    owned.add(this.marked.directions.on(() => facts.check()));
    owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (isOfFacts(event)) {
          facts.check();
        }
      }),
    );
    owned.add(watchViews(() => channel.notify('viewsChanged', {})));
  }
}

function everything(subject: PanelSubject): PanelNotices['changed'] {
  return { runIds: runIdsOf(subject), metrics: true, runs: true, artifacts: true, all: true };
}

/** All texts of the panels in the user's language. */
function translated(): Record<string, string> {
  return Object.fromEntries(
    Object.entries<string>(panelStrings).map(([key, english]) => [key, vscode.l10n.t(english)]),
  );
}
