import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { zipListing } from './zipListing';

/** Everything that ships. What is not here does not; a new file is added here when it is meant to ship. */
const contents = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/ThirdPartyNotices.txt',
  'extension/dist/extension.cjs',
  'extension/dist/labbook.cjs',
  'extension/dist/later.cjs',
  'extension/dist/server.cjs',
  'extension/dist/sql-wasm.wasm',
  'extension/dist/webview/chart.css',
  'extension/dist/webview/chart.js',
  'extension/dist/webview/compare.css',
  'extension/dist/webview/compare.js',
  'extension/dist/webview/experiment.css',
  'extension/dist/webview/experiment.js',
  'extension/dist/webview/run.css',
  'extension/dist/webview/run.js',
  'extension/l10n/bundle.l10n.de.json',
  'extension/l10n/bundle.l10n.json',
  'extension/l10n/bundle.l10n.zh-cn.json',
  'extension/media/chart-dark.svg',
  'extension/media/chart-light.svg',
  'extension/media/compare-dark.svg',
  'extension/media/compare-light.svg',
  'extension/media/example/labbook_example.py',
  'extension/media/experiment-dark.svg',
  'extension/media/experiment-light.svg',
  'extension/media/labbook.png',
  'extension/media/labbook.svg',
  'extension/media/run-dark.svg',
  'extension/media/run-light.svg',
  'extension/media/snippets/python.json',
  'extension/media/walkthrough/compare-dark.png',
  'extension/media/walkthrough/compare-light.png',
  'extension/media/walkthrough/log-dark.png',
  'extension/media/walkthrough/log-light.png',
  'extension/media/walkthrough/models-dark.png',
  'extension/media/walkthrough/models-light.png',
  'extension/media/walkthrough/table-dark.png',
  'extension/media/walkthrough/table-light.png',
  'extension/media/walkthrough/watch-dark.png',
  'extension/media/walkthrough/watch-light.png',
  'extension/package.json',
  'extension/package.nls.de.json',
  'extension/package.nls.json',
  'extension/package.nls.zh-cn.json',
  'extension/readme.md',
];

describe('The packaged extension', function () {
  this.timeout(120_000);
  let folder: string | undefined;
  let bytes: Buffer;

  before(() => {
    let file = process.env['LABBOOK_VSIX'];
    if (file === undefined) {
      folder = mkdtempSync(path.join(os.tmpdir(), 'labbook-vsix-'));
      file = path.join(folder, 'labbook.vsix');
      execFileSync(process.execPath, ['scripts/package.mjs', '--out', file], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
    bytes = readFileSync(file);
  });

  after(() => {
    if (folder !== undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('holds exactly the files of this list', () => {
    assert.deepEqual(zipListing(bytes).sort(), [...contents].sort());
  });

  it('has the licences of what is bundled in it', () => {
    const notices = readFileSync('dist/ThirdPartyNotices.txt', 'utf8');
    for (const name of [
      '@msgpack/msgpack',
      '@vscode/codicons',
      'chart.js',
      'fast-uri',
      'fastify',
      'react-dom',
      'sql.js',
      'zod',
    ]) {
      assert.match(notices, new RegExp(`^-{78}\\n${name} [0-9.]+ \\([^)]+\\)\\n-{78}\\n\\n\\S`, 'm'), name);
    }
  });

  it('has at most 3 MB', () => {
    assert.ok(bytes.length <= 3_000_000, `it has ${bytes.length} bytes`);
  });
});
