import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { patience, type Session } from './session';

/** What a person does in the window, by what the person sees: labels, rows, menus, keys. */
export class Workbench {
  constructor(readonly session: Session) {}

  get page(): Page {
    return this.session.page;
  }

  /** Opens Labbook's side bar by its icon, and waits until it shows runs or says that there are none. */
  async openLabbook(): Promise<void> {
    const experiments = this.section('Experiments');
    const content = experiments.getByText('No runs yet').or(experiments.locator('.monaco-list-row')).first();
    const open = async (): Promise<boolean> => {
      // While a window is restored, the side bar may open just before the click, which then closes it.
      if ((await this.session.labbookTab.getAttribute('aria-selected')) !== 'true') {
        await this.session.labbookTab.click();
      }
      return content.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    };
    await until('the side bar shows runs, or that there are none', open, 2 * patience);
  }

  /** A section of the side bar, by its title. */
  section(title: string): Locator {
    return this.page.locator('.split-view-view > .pane').filter({
      has: this.page.locator('.pane-header').filter({ hasText: title }),
    });
  }

  async openSection(title: string): Promise<void> {
    const header = this.section(title).locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== 'true') {
      await header.click();
    }
  }

  /** A row of a tree by its label; `level` narrows to rows of one depth (1 = top). */
  row(label: string | RegExp, { section = 'Experiments', level }: { section?: string; level?: number } = {}): Locator {
    const text = typeof label === 'string' ? new RegExp(`^\\s*${escapeRegExp(label)}\\s*$`) : label;
    const depth = level === undefined ? '' : `[aria-level="${level}"]`;
    return this.section(section)
      .locator(`.monaco-list-row${depth}`)
      .filter({ has: this.page.locator('.label-name').filter({ hasText: text }) });
  }

  description(row: Locator): Locator {
    return row.locator('.label-description').first();
  }

  async expand(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-expanded')) !== 'true') {
      await row.locator('.monaco-tl-twistie').click();
    }
    await row.and(this.page.locator('[aria-expanded="true"]')).waitFor();
  }

  /** Opens an experiment in the tree, so that its runs can be seen. */
  async showRuns(experiment: string): Promise<void> {
    const row = this.row(experiment, { level: 1 });
    await row.waitFor();
    await this.expand(row);
  }

  /** Chooses an entry of a row's context menu. */
  async chooseFromMenu(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' });
    const item = this.page.locator('.context-view .action-label').filter({ hasText: exactly(entry) });
    await item.waitFor();
    await until(`the menu takes a click on ${entry}`, async () => {
      // A menu that has just opened is deaf for 100 ms, so that the click that opened it chooses nothing.
      await item.click({ timeout: 1000 }).catch(() => undefined);
      return !(await item.isVisible());
    });
  }

  /** Runs a command from the palette. */
  async runCommand(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type="text"], .quick-input-widget .input').first();
    await until('the palette is open', async () => {
      // A panel that is just being loaded has the focus, but does not hand on keys yet.
      await this.page.keyboard.press('F1');
      return input.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    });
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
  }

  /** Reloads the window, by VS Code's command: the browser's own reload would lose what it had not saved yet. */
  async reloadWindow(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.session.waitUntilUp();
  }

  /** Watches, from the next load of the page on, whether a welcome text is ever seen. */
  async watchForWelcome(text: string): Promise<() => Promise<boolean>> {
    await this.page.addInitScript((wanted) => {
      const look = (): void => {
        const seen = [...document.querySelectorAll('.welcome-view-content')].some(
          (element) => element.checkVisibility() && element.textContent.includes(wanted),
        );
        if (seen) {
          document.documentElement.dataset['seen'] = 'yes';
        } else {
          requestAnimationFrame(look);
        }
      };
      requestAnimationFrame(look);
    }, text);
    return () => this.page.evaluate(() => document.documentElement.dataset['seen'] === 'yes');
  }

  /** Answers an input box: what stands in it is replaced. */
  async answer(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input').first();
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Picks an entry of a list that a command shows. */
  async pick(text: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first().click();
  }

  /** Opens a new terminal; its shell is ready when its prompt is there. */
  async openTerminal(): Promise<void> {
    await this.runCommand('Terminal: Create New Terminal');
    await this.terminal
      .locator('.xterm-rows > div')
      .filter({ hasText: /[$#%>]\s*$/ })
      .first()
      .waitFor();
  }

  get terminal(): Locator {
    return this.page.locator('.terminal-wrapper.active .terminal.xterm');
  }

  async type(line: string): Promise<void> {
    await this.terminal.click();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until the terminal shows a text. */
  async waitForOutput(text: string | RegExp, timeout = patience): Promise<void> {
    await this.terminal.locator('.xterm-rows > div').filter({ hasText: text }).first().waitFor({ timeout });
  }

  /** Follows the link in the terminal's line with a text, once its hover says what it does, with Ctrl and a click. */
  async followLink(text: string, hover: string): Promise<void> {
    const line = this.terminal.locator('.xterm-rows > div').filter({ hasText: text }).last();
    const at = await line.evaluate((row) => {
      const spans = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      for (let node = spans.nextNode(); node; node = spans.nextNode()) {
        const start = node.textContent?.indexOf('http') ?? -1;
        if (start >= 0) {
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, start + 4);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        }
      }
      return undefined;
    });
    assert.ok(at, `there is a link behind ${text}`);
    await this.page.mouse.move(at.x - 3, at.y);
    await this.page.mouse.move(at.x, at.y);
    await this.page.getByText(hover).waitFor();
    await this.page.keyboard.down('Control');
    await this.page.mouse.click(at.x, at.y);
    await this.page.keyboard.up('Control');
  }

  /** The tab of an editor, by its title. */
  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title });
  }

  async closeAllEditors(): Promise<void> {
    await this.runCommand('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  /** The content of the panel that is in front; VS Code shows it in two nested frames. */
  get panel(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  /** The content of the panel in the leftmost or the rightmost group; undefined where fewer than two are in sight. */
  async panelAt(side: 'left' | 'right'): Promise<FrameLocator | undefined> {
    const frames = await this.page.locator('iframe.webview.ready:visible').all();
    const places = await Promise.all(frames.map(async (frame) => ({ frame, x: (await frame.boundingBox())?.x ?? 0 })));
    const [left, right] = places.sort((a, b) => a.x - b.x);
    const place = right && (side === 'left' ? left : right);
    return place?.frame.contentFrame().frameLocator('iframe#active-frame');
  }

  /** The first webview of a window takes some seconds (its service worker is installed). */
  async waitForPanel(): Promise<void> {
    await this.panel.locator('body').waitFor({ timeout: 30_000 });
  }

  /** How many pixels of a canvas are not transparent, and a fingerprint of them all. */
  async pixels(canvas: Locator): Promise<{ drawn: number; hash: number }> {
    return await canvas.evaluate((element) => {
      const context = element instanceof HTMLCanvasElement ? element.getContext('2d') : null;
      if (context === null) {
        throw new Error('Not a canvas with a picture');
      }
      const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
      let drawn = 0;
      let hash = 0;
      for (let index = 0; index < data.length; index += 4) {
        const alpha = data[index + 3] ?? 0;
        drawn += alpha > 0 ? 1 : 0;
        hash = (Math.imul(hash, 31) + (data[index] ?? 0) + (data[index + 1] ?? 0) * 3 + (data[index + 2] ?? 0) * 7) | 0;
      }
      return { drawn, hash };
    });
  }
}

/** Waits until a condition holds, looking every 50 ms. @throws Error that says `what` after `limit` milliseconds */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, limit = patience): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) {
      return value;
    }
    if (performance.now() > end) {
      assert.fail(`Not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const exactly = (text: string): RegExp => new RegExp(`^\\s*${escapeRegExp(text)}\\s*$`);
