import assert from 'node:assert/strict';
import { journey } from './journey';
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

    it('starts when the folder is trusted, by the button that stands there', async () => {
      const { page, session } = workbench();
      await page.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
      const trust = page.getByRole('button', { name: 'Trust', exact: true });
      await trust.waitFor();
      await until('the folder is trusted', async () => {
        // VS Code draws the page anew when it knows more of the extensions; a click on the button of before is for nothing.
        await trust.click({ timeout: 1000 }).catch(() => undefined);
        return page.getByText('You trust this folder').isVisible();
      });
      await page.getByText('No runs yet').first().waitFor();
      const server = await session.server();
      assert.ok(server, 'the server listens');
      assert.equal(await (await fetch(`${server.url}/health`)).text(), 'OK');
    });
  },
  { untrusted: true },
);
