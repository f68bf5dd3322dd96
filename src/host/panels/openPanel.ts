import type * as vscode from 'vscode';
import type { HostChannel } from '../../protocol/panelChannel';
import type { PanelSubject } from '../../protocol/panels';

/**
 * A panel in an editor tab. Its page comes and goes with the tab's visibility, and takes notices about views only from when it has asked
 * for their list; what is to be shown waits until then.
 */
export class OpenPanel {
  #isListening = false;
  /** Told by its page. */
  id: string | undefined;
  /** Name of the view that is to be shown. */
  #waiting: string | undefined;
  constructor(
    readonly panel: Pick<
      vscode.WebviewPanel,
      'active' | 'visible' | 'reveal' | 'onDidChangeViewState' | 'viewType' | 'title' | 'viewColumn'
    >,
    readonly subject: PanelSubject,
    private readonly channel: () => Pick<HostChannel, 'notify'>,
    /** How it is arranged, as far as that is known: another panel of the same has its own. */
    public arrangement: string | undefined = undefined,
  ) {
    panel.onDidChangeViewState(() => {
      this.#isListening &&= panel.visible;
    });
  }

  /** Has the panel arrange itself as a saved view says. */
  showView(name: string): void {
    if (this.#isListening) {
      this.channel().notify('showView', { name });
    } else {
      this.#waiting = name;
    }
  }

  /** Has the panel save how it is arranged; without a name as the view that it shows, or one that it asks for. */
  saveView(name: string | undefined): void {
    this.channel().notify('saveView', name === undefined ? {} : { name });
  }

  /** To be called when the page asks for the list of views. */
  listen(): void {
    this.#isListening = true;
    if (this.#waiting !== undefined) {
      const name = this.#waiting;
      this.#waiting = undefined;
      this.showView(name);
    }
  }
}
