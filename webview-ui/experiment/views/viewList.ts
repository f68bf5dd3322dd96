import { Coalescer } from '../../../src/core/coalescer';
import type { PanelSession } from '../../shared/session';
import { Store } from '../../shared/store';
import { t } from '../../shared/strings';
import type { Arrangement } from '../table/arrangement';
import { contentOf, freshView, printOf, readView, writeView, type ViewContent } from './savedView';

export interface SavedView {
  readonly name: string;
  /** Undefined where the file is no view; `problem` says why. */
  readonly content: ViewContent | undefined;
  readonly problem: string | undefined;
  /** Places in the file of what does not fit and is left out. */
  readonly leftOut: readonly string[];
  /** What the host told of the file. */
  readonly told: string;
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
  /** Whether somebody changed the file of the view that is shown, which was changed here, too. */
  readonly isOvertaken = new Store(false);
  readonly #reader: Coalescer;
  /** One save after the other: each is of a file as the one before left it. */
  #saving: Promise<void> = Promise.resolve();
  /** How often a save began or ended: what was read meanwhile may be of before. */
  #saves = 0;

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

  /**
   * What somebody else wrote is not replaced unless the user said so.
   * @param isAsked whether the user was asked if what is there may go
   * @throws what is wrong, or what the host says, fit to show
   */
  save(name: string, isAsked = false): Promise<void> {
    const save = (): Promise<void> => this.#save(name, isAsked);
    this.#saving = this.#saving.then(save, save);
    return this.#saving;
  }

  async #save(name: string, isAsked: boolean): Promise<void> {
    const { content } = this;
    const kept = name.trim().normalize('NFC');
    const there = this.find(kept);
    if (!isAsked && there?.problem !== undefined) {
      throw new Error(there.problem);
    }
    if (!isAsked && this.isOvertaken.get() && kept === this.arrangement.get().view) {
      throw new Error(t('viewOvertaken', kept));
    }
    const text = writeView(content);
    this.#saves++;
    try {
      const { channel } = this.session.host;
      const answer = await channel.request('saveView', { name, content: text, was: there?.told ?? null });
      const saved = { name: kept, content, problem: undefined, leftOut: [], told: answer.content };
      const others = (this.state.get().views ?? []).filter((each) => each.name !== kept);
      const views = [...others, saved].sort((a, b) => (a.name < b.name ? -1 : 1));
      this.state.set({ views, failure: undefined });
      this.#agree(kept, content);
    } finally {
      this.#saves++;
      this.#reader.request();
    }
  }

  /** Lets what is arranged here stand beside what somebody else wrote into the view's file: saving then replaces that. */
  keep(): void {
    const { view } = this.arrangement.get();
    const content = this.find(view)?.content;
    if (content) {
      this.#agree(view, content);
    }
  }

  /** Shows a view's file in an editor. @throws what the host says, fit to show */
  async openFile(name: string): Promise<void> {
    await this.session.host.channel.request('openViewFile', { name });
  }

  /** What is shown stays. @throws what the host says, fit to show */
  async delete(name: string): Promise<void> {
    await this.session.host.channel.request('deleteView', { name });
    if (this.arrangement.get().view === name) {
      this.#agree('', undefined);
    }
    this.#reader.request();
  }

  /** @param content what the view's file holds, as far as the user knows from now on */
  #agree(view: string, content: ViewContent | undefined): void {
    const viewPrint = content ? printOf(content) : '';
    this.isOvertaken.set(false);
    this.arrangement.update((before) =>
      before.view === view && before.viewPrint === viewPrint ? before : { ...before, view, viewPrint },
    );
  }

  #apply(view: string, content: ViewContent): void {
    const { table, charts } = content;
    this.arrangement.update((before) => ({ ...before, ...table, open: [], top: '', left: 0 }));
    this.session.arrange({ charts });
    this.#agree(view, view === '' ? undefined : content);
  }

  /** A view that nobody changed here goes with its file; of one that was changed here, too, the user decides. */
  #follow(): void {
    const { view, viewPrint } = this.arrangement.get();
    const now = this.find(view)?.content;
    if (view === '' || !now) {
      return;
    }
    const [here, there] = [printOf(this.content), printOf(now)];
    if (viewPrint === '' || here === there) {
      this.#agree(view, now);
    } else if (viewPrint === there) {
      this.isOvertaken.set(false);
    } else if (viewPrint === here) {
      this.#apply(view, now);
    } else {
      this.isOvertaken.set(true);
    }
  }

  async #read(): Promise<void> {
    const { views: before } = this.state.get();
    const saves = this.#saves;
    try {
      const { views } = await this.session.host.channel.request('listViews', {});
      if (saves !== this.#saves) {
        this.#reader.request();
        return;
      }
      this.state.set({ views: views.map(savedView), failure: undefined });
      this.#follow();
    } catch (error) {
      this.state.set({ views: before, failure: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}

/** What is wrong with a view's file. */
export function faultOf(view: SavedView | undefined): string | undefined {
  return view === undefined || view.content ? undefined : (view.problem ?? t('viewBroken'));
}

function savedView({ name, content, problem }: { name: string; content: string; problem?: string }): SavedView {
  const read = problem === undefined ? readView(content) : undefined;
  return { name, content: read?.content, problem, leftOut: read?.problems ?? [], told: content };
}
