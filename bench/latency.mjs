// Prints how long a point takes from `log_metric` returning in a script to the tree and to the chart, in the workbench.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scripts/root.mjs';

const outfile = path.join(root, 'out', 'bench', `latency-${process.pid}.cjs`);
await build({
  absWorkingDir: root,
  entryPoints: ['test/ui/latency.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile], { cwd: root, stdio: 'inherit' });
rmSync(outfile, { force: true });
process.exit(status ?? 1);
