// Prints how long the steps of the experiment's table take with 10,000 runs and 200 columns, in Chromium.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scripts/root.mjs';

const outdir = path.join(root, 'out', 'bench', `table-${process.pid}`);
const outfile = path.join(outdir, 'tableSpeed.cjs');
spawnSync(process.execPath, ['esbuild.mjs', '--production', '--outdir', outdir], { cwd: root, stdio: 'ignore' });
await build({
  absWorkingDir: root,
  entryPoints: ['test/webview/tableSpeed.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
});
const env = { ...process.env, LABBOOK_WEBVIEW: path.join(outdir, 'webview') };
const { status } = spawnSync(process.execPath, [outfile], { cwd: root, stdio: 'inherit', env });
rmSync(outdir, { recursive: true, force: true });
process.exit(status ?? 1);
