// Prints how long a point takes from `log_metric` returning in a script to the tree and to the chart, in the workbench.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scripts/root.mjs';
import { bundle } from './lib/bundle.mjs';

const outfile = path.join(root, 'out', 'bench', `latency-${process.pid}.cjs`);
await bundle('test/ui/latency.ts', outfile);
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile], { cwd: root, stdio: 'inherit' });
rmSync(outfile, { force: true });
process.exit(status ?? 1);
