import * as vscode from 'vscode';
import { focusedWith } from './focusedRow';

/** Milliseconds for which VS Code may be drawing rows again. */
const redrawLimit = 1000;

/** Tells what a key in a tree is for. */
export class KeyTargets<T> {
  #isLooking = false;

  constructor(private readonly view: vscode.TreeView<T>) {}

  /** True while the selection changes for a look only. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  /**
   * The row with the focus, with all that is selected where it is one of them; that row first. VS Code tells extensions no more than the
   * selection, which arrow keys leave behind; so the focused row is added to it, or taken out, and back again. While VS Code draws rows
   * again, it does not know what they stand for, so it is asked until it does.
   * @returns nothing where no row has the focus
   */
  async get(): Promise<readonly T[]> {
    const deadline = performance.now() + redrawLimit;
    this.#isLooking = true;
    try {
      for (;;) {
        const before = this.view.selection;
        await vscode.commands.executeCommand('list.toggleSelection');
        const after = this.view.selection;
        await vscode.commands.executeCommand('list.toggleSelection');
        const targets = focusedWith(before, after);
        if (targets.length > 0 || performance.now() > deadline) {
          return targets;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      this.#isLooking = false;
    }
  }
}
