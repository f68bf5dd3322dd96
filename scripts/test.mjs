// Runs test tiers: `node scripts/test.mjs unit [mocha options]`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildTests } from './build-tests.mjs';
import { root } from './root.mjs';

const [tier = 'unit', ...options] = process.argv.slice(2);
const files = await buildTests(tier);
const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const child = spawn(process.execPath, ['--enable-source-maps', mocha, '--timeout', '20000', ...options, ...files], {
  cwd: root,
  stdio: 'inherit',
});
child.on('exit', (code) => process.exit(code ?? 1));
