import type * as vscode from 'vscode';
import type { PanelSubject } from '../../protocol/panels';
import type { OpenPanel } from './openPanel';
import { keyOf } from './subjects';

/** The panels that are open. Two can show the same: an editor that was split, or that was opened to the side as well. */
export class OpenPanels {
  readonly #panels = new Set<OpenPanel>();

  /** The one that was in front last comes first. */
  get all(): readonly OpenPanel[] {
    return [...this.#panels].reverse();
  }

  /** @returns what notices when it is in front; dispose it with the panel */
  add(open: OpenPanel): vscode.Disposable {
    this.#panels.add(open);
    const states = open.panel.onDidChangeViewState(() => {
      if (open.panel.active) {
        this.#panels.delete(open);
        this.#panels.add(open);
      }
    });
    return {
      dispose: () => {
        states.dispose();
        this.#panels.delete(open);
      },
    };
  }

  /** All panels that show this. */
  of(subject: PanelSubject): readonly OpenPanel[] {
    const key = keyOf(subject);
    return this.all.filter((open) => keyOf(open.subject) === key);
  }

  /** A panel that shows this; of several the one in front, then one in sight, then the one that was in front last. */
  find(subject: PanelSubject): OpenPanel | undefined {
    const all = this.of(subject);
    return all.find(({ panel }) => panel.active) ?? all.find(({ panel }) => panel.visible) ?? all[0];
  }

  /** As `find`, but for the panel in front: whoever opens something to the side wants it beside that one. */
  findOther(subject: PanelSubject): OpenPanel | undefined {
    const others = this.of(subject).filter(({ panel }) => !panel.active);
    return others.find(({ panel }) => panel.visible) ?? others[0];
  }

  /** The panel of a tab that is in sight. */
  shownIn(tab: { readonly viewType: string; readonly title: string }): OpenPanel | undefined {
    return this.all.find(
      // VS Code writes something before the type of a tab's panel.
      ({ panel }) => panel.visible && panel.title === tab.title && tab.viewType.endsWith(panel.viewType),
    );
  }

  /** The panel of an experiment that is in front, or the only one in sight; undefined where there is none. */
  get activeExperiment(): OpenPanel | undefined {
    const visible = this.all.filter(({ subject, panel }) => subject.panel === 'experiment' && panel.visible);
    return visible.find(({ panel }) => panel.active) ?? (visible.length === 1 ? visible[0] : undefined);
  }
}
