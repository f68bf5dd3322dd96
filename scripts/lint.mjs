// Types of every room by its own tsconfig, then the rules of eslint.config.mjs, then the format.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './root.mjs';

const rooms = ['src/core', 'src/protocol', 'src/client', 'src/server', 'src/host', 'webview-ui', 'test'];
const bin = (name, file) => path.join(root, 'node_modules', name, file);
const steps = [
  ...rooms.map((room) => [`types of ${room}`, bin('typescript', 'bin/tsc'), '-p', room]),
  ['rules', bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  ['format', bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
];
let failed = 0;
for (const [title, ...args] of steps) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok    ' : 'failed'} ${title}`);
  failed += status === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
