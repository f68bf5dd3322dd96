// `npm run bench`: every measurement of this folder, one after the other; `npm run bench -- latency`: one of them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { bootstrap } from '../scripts/bootstrap.mjs';
import { root } from '../scripts/root.mjs';

const names = readdirSync(path.join(root, 'bench'))
  .filter((name) => name.endsWith('.mjs') && name !== 'run.mjs')
  .map((name) => name.slice(0, -'.mjs'.length));
const [name] = process.argv.slice(2);
if (name !== undefined && !names.includes(name)) {
  console.error(`There is no measurement ${name}. There are: ${names.join(', ')}`);
  process.exit(2);
}
await bootstrap();
const failed = (name === undefined ? names : [name]).filter((each) => {
  console.log(`\n# ${each}`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'bench', `${each}.mjs`)], {
    cwd: root,
    stdio: 'inherit',
  });
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
