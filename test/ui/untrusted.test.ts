import assert from 'node:assert/strict';
import path from 'node:path';
import { journey } from './journey';
import type { Session } from './session';
import { serversScript } from './scripts';
import { until } from './workbench';

journey(
  'A folder that is not trusted yet',
  {},
  (workbench) => {
    it('says why Labbook is off, and starts no server', async () => {
      const { page, session } = workbench();
      await session.labbookTab.click();
      await page.getByText('Labbook is off in Restricted Mode').first().waitFor();
      // The extension is active when its entry is there.
      await page
        .getByRole('button', { name: /Off in Restricted Mode/ })
        .first()
        .waitFor();
      assert.equal(await session.server(), undefined);
      await session.photograph('11-untrusted');
    });

    it('leads to Workspace Trust from the status bar, too, and offers nothing that would have no effect', async () => {
      const { page } = workbench();
      await page
        .getByRole('button', { name: /Off in Restricted Mode/ })
        .first()
        .click();
      const entries = page.locator('.quick-input-list .monaco-list-row');
      await entries.first().waitFor();
      const labels = (await entries.allInnerTexts()).map((each) => each.trim());
      assert.deepEqual(labels, ['Manage Workspace Trust', 'Copy the Two Lines', 'Show Diagnostics', 'Show Log']);
      await entries.filter({ hasText: 'Manage Workspace Trust' }).click();
      const trust = page.locator('.workspace-trust-editor');
      await trust.waitFor();
      await until('it is closed', async () => {
        await page.keyboard.press('Escape');
        return !(await trust.isVisible());
      });
    });

    it('starts when the folder is trusted, by the button that stands there', async () => {
      const { page, session } = workbench();
      await trustFolder(session);
      await page.getByText('No runs yet').first().waitFor();
      const server = await session.server();
      assert.ok(server, 'the server listens');
      assert.equal(await (await fetch(`${server.url}/health`)).text(), 'OK');
    });
  },
  { untrusted: true },
);

journey(
  'A project that brings its store along, not trusted yet',
  { '.vscode/settings.json': JSON.stringify({ 'labbook.store.path': './runs' }) },
  (workbench) => {
    it('opens with that store once it is trusted, without a reload', async () => {
      const { page, session } = workbench();
      await session.labbookTab.click();
      await trustFolder(session);
      await page.getByText('No runs yet').first().waitFor();
      const { endServer, readDiscovery } = await serversScript();
      const file = path.join(session.folder, 'runs', 'server.json');
      try {
        const { url } = readDiscovery(file) ?? {};
        assert.equal(await (await fetch(`${url}/health`)).text(), 'OK');
        assert.equal(await session.server(), undefined, 'there is no server of another store');
        assert.equal(await page.getByText('when the window is reloaded').count(), 0);
      } finally {
        await endServer(file);
      }
    });
  },
  { untrusted: true },
);

async function trustFolder({ page }: Session): Promise<void> {
  await page.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
  const trust = page.getByRole('button', { name: 'Trust', exact: true });
  await trust.waitFor();
  await until('the folder is trusted', async () => {
    // VS Code draws the page anew when it knows more of the extensions; a click on the button of before is for nothing.
    await trust.click({ timeout: 1000 }).catch(() => undefined);
    return page.getByText('You trust this folder').isVisible();
  });
}
