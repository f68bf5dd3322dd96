import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Connection } from '../../src/host/platform/connection';
import { StatusBar } from '../../src/host/status/statusBar';
import { Catalog } from '../../src/host/tree/catalog';
import { labbook } from './api';
import { ownConnection } from './ownConnection';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A connection to the extension's own server that waits for `allow` before it opens. */
async function heldConnection(): Promise<{ connection: Connection; allow: () => void }> {
  const { storePath } = await (await labbook()).ready();
  let allow = (): void => undefined;
  const allowed = new Promise<void>((resolve) => (allow = resolve));
  return { connection: ownConnection(storePath, allowed), allow };
}

/** What makes its entry in the status bar, and that entry. */
function entryOf<T>(make: () => T): { made: T; item: vscode.StatusBarItem } {
  const own = vscode.window.createStatusBarItem;
  let item: vscode.StatusBarItem | undefined;
  const noting = (...given: readonly unknown[]): vscode.StatusBarItem =>
    (item = Reflect.apply(own, vscode.window, given) as vscode.StatusBarItem);
  assert.ok(Reflect.set(vscode.window, 'createStatusBarItem', noting));
  try {
    const made = make();
    assert.ok(item);
    return { made, item };
  } finally {
    Reflect.set(vscode.window, 'createStatusBarItem', own);
  }
}

describe('the status bar', () => {
  it('says at once whether there is a server, also right after another change', async () => {
    const { connection, allow } = await heldConnection();
    const catalog = new Catalog({
      primaryPatterns: () => [],
      onTouched: () => undefined,
      onError: (_, error) => assert.ifError(error),
    });
    const nothing = { dispose: () => undefined };
    const experiments = { catalog, lost: new Set<string>(), onTouched: () => nothing, onLost: () => nothing };
    const { made: statusBar, item } = entryOf(
      () => new StatusBar(connection, experiments, { name: 'this workspace' }, quiet),
    );
    try {
      assert.equal(item.text, 'Labbook', 'off');
      connection.start();
      assert.equal(item.text, '$(sync~spin) Labbook');
      allow();
      await connection.ready();
      assert.equal(item.text, 'Labbook', 'it does not spin beside a tree that is there');
      await connection.stop();
      assert.equal(item.text, '$(debug-disconnect) Labbook');
    } finally {
      statusBar.dispose();
      catalog.dispose();
      connection.dispose();
    }
  });
});
