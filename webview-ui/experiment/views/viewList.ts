import { Coalescer } from '../../../src/core/coalescer';
import type { PanelSession } from '../../shared/session';
import { Store } from '../../shared/store';
import { t } from '../../shared/strings';
import type { Arrangement } from '../table/arrangement';
import { contentOf, freshView, isSameView, readView, writeView, type ViewContent } from './savedView';

export interface SavedView {
  readonly name: string;
  /** Undefined where the file is no view; `problem` says why. */
  readonly content: ViewContent | undefined;
  readonly problem: string | undefined;
  /** Places in the file of what does not fit and is left out. */
  readonly leftOut: readonly string[];
}

export interface ViewsState {
  /** By name; undefined until they were read. */
  readonly views: readonly SavedView[] | undefined;
  /** Why they could not be read. */
  readonly failure: string | undefined;
}

/** The saved views of the project, as their files say now; opens, saves and deletes them. */
export class ViewList {
  readonly state = new Store<ViewsState>({ views: undefined, failure: undefined });
  readonly #reader: Coalescer;

  constructor(
    private readonly session: PanelSession,
    private readonly arrangement: Store<Arrangement>,
  ) {
    this.#reader = new Coalescer(() => this.#read(), {
      onError: (error) => session.host.logError('reading the saved views', error),
    });
    session.onViewsChanged(() => this.#reader.request());
  }

  read(): void {
    this.#reader.request();
  }

  find(name: string): SavedView | undefined {
    return this.state.get().views?.find((each) => each.name === name);
  }

  /** The view that a file of this name would replace: file systems may not tell large letters from small ones. */
  inPlaceOf(name: string): SavedView | undefined {
    const folded = (text: string): string => text.trim().normalize('NFC').toLowerCase();
    return this.state.get().views?.find((each) => folded(each.name) === folded(name));
  }

  get content(): ViewContent {
    return contentOf(this.arrangement.get(), this.session.state.get().charts);
  }

  /** Arranges the panel as a view says; without a name as at the first opening. */
  open(name: string): void {
    const content = name === '' ? { ...freshView, charts: this.session.chartDefaults } : this.find(name)?.content;
    if (content) {
      this.#apply(name, content);
    }
  }

  /** Opens a view that may have been saved only just. @throws Error, fit to show, where there is none of this name */
  async show(name: string): Promise<void> {
    this.#reader.request();
    await this.#reader.whenIdle();
    const view = this.find(name);
    if (!view?.content) {
      throw new Error(view?.problem ?? t(view ? 'viewBroken' : 'viewGone', name));
    }
    this.open(name);
  }

  /** @throws what the host says, fit to show */
  async save(name: string): Promise<void> {
    const { content } = this;
    await this.session.host.channel.request('saveView', { name, content: writeView(content) });
    const kept = name.trim().normalize('NFC');
    const saved: SavedView = { name: kept, content, problem: undefined, leftOut: [] };
    const others = (this.state.get().views ?? []).filter((each) => each.name !== kept);
    const views = [...others, saved].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.state.set({ views, failure: undefined });
    this.#name(kept);
    this.#reader.request();
  }

  /** What is shown stays. @throws what the host says, fit to show */
  async delete(name: string): Promise<void> {
    await this.session.host.channel.request('deleteView', { name });
    if (this.arrangement.get().view === name) {
      this.#name('');
    }
    this.#reader.request();
  }

  #name(view: string): void {
    this.arrangement.update((before) => ({ ...before, view }));
  }

  #apply(view: string, { table, charts }: ViewContent): void {
    this.arrangement.update((before) => ({ ...before, ...table, view, open: [], top: '', left: 0 }));
    this.session.arrange({ charts });
  }

  async #read(): Promise<void> {
    const { views: before } = this.state.get();
    try {
      const { views } = await this.session.host.channel.request('listViews', {});
      const { view: name } = this.arrangement.get();
      const was = this.find(name)?.content;
      const wasSame = was !== undefined && isSameView(was, this.content);
      this.state.set({ views: views.map(savedView), failure: undefined });
      const now = this.find(name)?.content;
      // A view that nobody changed here goes with its file.
      if (wasSame && now && !isSameView(was, now)) {
        this.#apply(name, now);
      }
    } catch (error) {
      this.state.set({ views: before, failure: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

function savedView({ name, content, problem }: { name: string; content: string; problem?: string }): SavedView {
  const read = problem === undefined ? readView(content) : undefined;
  return { name, content: read?.content, problem, leftOut: read?.problems ?? [] };
}
