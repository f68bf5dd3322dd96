/** Opens a panel on a real server with the extension's own requests and notices, without the editor, and notes what passes between. */
import { build } from 'esbuild';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EarlyColumns } from '../../src/host/panels/earlyColumns';
import { EarlyAnswer } from '../../src/host/panels/earlyRows';
import { ExperimentFacts } from '../../src/host/panels/experimentFacts';
import { KeptArrangements } from '../../src/host/panels/keptArrangements';
import { PendingNotice } from '../../src/host/panels/notices';
import type * as realRequests from '../../src/host/panels/requests';
import { SavedViews } from '../../src/host/panels/savedViews';
import { shownOf } from '../../src/host/panels/shownRequests';
import { ExperimentMarks } from '../../src/host/platform/experimentMarks';
import { LastTrashed } from '../../src/host/platform/lastTrashed';
import { SelectedRuns } from '../../src/host/shown/selectedRuns';
import { ShownState } from '../../src/host/shown/shownState';
import type { PanelNotices, PanelRequests, PanelSubject } from '../../src/protocol/panels';
import { RpcChannel, type Handlers, type None, type Port } from '../../src/protocol/rpc';
import type { Window } from '../conformance/client/window';
import { writeSession, type Exchange, type Session, type Told } from '../fakes/fakeHost/session';
import * as vscode from '../fakes/vscodeDefaults';

type HostEnd = RpcChannel<None, PanelRequests, PanelNotices, None>;

export class SessionRecorder {
  readonly #events: (Exchange | Told)[] = [];
  readonly #begun = performance.now();
  #step = 0;
  #running = 0;
  #last = performance.now();

  private constructor(
    private readonly subject: PanelSubject,
    private readonly now: number,
  ) {}

  /** @param port the panel's */
  static async open(window: Window, subject: PanelSubject, now: number, port: Port): Promise<SessionRecorder> {
    const recorder = new SessionRecorder(subject, now);
    await recorder.#serve(window, port);
    return recorder;
  }

  next(): void {
    this.#step++;
  }

  /** Nothing was asked or told for a while. */
  get rests(): boolean {
    return this.#running === 0 && performance.now() - this.#last > 1200;
  }

  async write(file: string): Promise<void> {
    const session: Session = { subject: this.subject, now: this.now, events: this.#events };
    await writeFile(file, writeSession(session));
  }

  async #serve(window: Window, port: Port): Promise<void> {
    const { subject } = this;
    const memory = new Map<string, unknown>();
    const memento = {
      keys: () => [...memory.keys()],
      get: (key: string, fallback?: unknown) => (memory.get(key) ?? fallback) as never,
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    };
    const fail = (error: unknown): never => {
      throw error;
    };
    const shown = new ShownState(memento, fail);
    const facts = new ExperimentFacts({
      subject,
      session: () => window.ready(),
      marks: new ExperimentMarks(memento),
      memory: memento,
      workspace: vscode.workspace as never,
      onFacts: () => this.#tell(channel, 'factsChanged', {}),
      onDirection: () => undefined,
      onStages: () => undefined,
      onError: fail,
    });
    const { panelRequests } = await requestsOutsideOfVsCode();
    const handlers = panelRequests({
      subject,
      facts,
      early: new EarlyAnswer(),
      earlyColumns: new EarlyColumns(memento, []),
      views: new SavedViews(() => undefined, vscode.l10n.t),
      kept: new KeptArrangements(memento),
      trashed: new LastTrashed(() => undefined),
      own: { id: undefined, arrangement: undefined },
      lost: () => new Set(),
      shown,
      selected: new SelectedRuns(memento, fail),
      selector: this,
      log: { info: fail, warn: fail, error: fail } as never,
      openPanel: () => Promise.resolve(),
      client: async () => (await window.ready()).client,
      setTitle: () => undefined,
      onPage: () => undefined,
      onListViews: () => undefined,
      tellRead: (progress) => this.#tell(channel, 'tableRead', progress),
    });
    const channel: HostEnd = new RpcChannel(port, { handlers: this.#noted(handlers), notices: {} });
    const pending = new PendingNotice();
    window.connection.onChange((batch) => {
      const notice = pending.add(batch, subject) ? pending.take() : undefined;
      if (notice) {
        this.#tell(channel, 'changed', notice);
      }
    });
    shown.onChange(() => this.#tell(channel, 'shownChanged', { experiments: shownOf(shown, subject) }));
  }

  #tell<Name extends keyof PanelNotices>(channel: HostEnd, name: Name, data: PanelNotices[Name]): void {
    this.#last = performance.now();
    this.#events.push({ kind: 'notice', at: this.#at(), step: this.#step, name, data } as Told);
    channel.notify(name, data);
  }

  /** The same requests, each written down when it is answered. */
  #noted(handlers: Handlers<PanelRequests>): Handlers<PanelRequests> {
    const noted = Object.entries(handlers).map(([method, handle]) => [
      method,
      async (params: unknown, signal: AbortSignal): Promise<unknown> => {
        const step = this.#step;
        this.#running++;
        try {
          const result: unknown = await handle(params, signal);
          this.#events.push({ kind: 'exchange', at: this.#at(), step, method, params, result } as Exchange);
          return result;
        } finally {
          this.#running--;
          this.#last = performance.now();
        }
      },
    ]);
    return Object.fromEntries(noted) as Handlers<PanelRequests>;
  }

  #at(): number {
    return Math.round(performance.now() - this.#begun);
  }
}

/** The extension's answers to panels; where they use VS Code, they get its defaults. */
async function requestsOutsideOfVsCode(): Promise<typeof realRequests> {
  const outfile = path.resolve('out/webview-tests/requests.mjs');
  await build({
    entryPoints: ['src/host/panels/requests.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { vscode: path.resolve('test/fakes/vscodeDefaults.ts') },
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)) as typeof realRequests;
}
