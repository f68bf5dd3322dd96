// Types of every room by its own tsconfig, then the rules of eslint.config.mjs, then the format.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { root } from './root.mjs';

const rooms = ['src/core', 'src/protocol', 'src/client', 'src/server', 'src/host', 'webview-ui', 'test'];
const bin = (name, file) => path.join(root, 'node_modules', name, file);
const steps = [
  ...rooms.map((room) => [`types of ${room}`, bin('typescript', 'bin/tsc'), '-p', room]),
  ['rules', bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  ['format', bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
];
await bootstrap();
let failed = 0;
for (const [title, ...args] of steps) {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', timeout: 300_000 });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'failed'} ${title} (${seconds} s)`);
  failed += status === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
