// Prints how long the charts of a panel take to be drawn, zoomed, moved and kept up to date, in Chromium.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scripts/root.mjs';

const outfile = path.join(root, 'out', 'bench', `charts-${process.pid}.mjs`);
await build({
  absWorkingDir: root,
  entryPoints: ['test/webview/bench/charts.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  jsx: 'automatic',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const args = ['--enable-source-maps', outfile, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
rmSync(outfile, { force: true });
process.exit(status ?? 1);
