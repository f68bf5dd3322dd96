// `npm run bench`: everything; `npm run bench -- NAME…`: some of it. Options: --quick (small and short, to try things out), --record (write
// docs/benchmarks.md from what was measured last), --runs N (of the stores that are searched), --sizes LIST (of `scale` and `artifacts-memory`), --workers LIST
// (of `mlflow server`; empty: Labbook alone), --add (of `scale`: to what was measured last), --parts LIST and --minutes N (of `ui`: some of it; how long live runs are watched).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap } from '../scripts/bootstrap.mjs';
import { root } from '../scripts/root.mjs';
import { endWithSignals, run, step } from '../scripts/run.mjs';

endWithSignals();
await bootstrap();
// These import packages, or need what the build writes.
const { measureSideBySide, sideNames } = await import('./lib/sideBySide.mjs');
const { record } = await import('./lib/report.mjs');

/** Measurements that are scripts of their own, with their files. */
const scripts = {
  'artifacts-memory': 'artifactsMemory.mjs',
  scale: 'scale.mjs',
  latency: 'latency.mjs',
  tree: 'tree.mjs',
  ui: 'ui/ui.mjs',
};
const names = [...sideNames, ...Object.keys(scripts)];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    add: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    runs: { type: 'string' },
    sizes: { type: 'string' },
    workers: { type: 'string', default: '1,4' },
    parts: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const unknown = positionals.filter((name) => !names.includes(name) && name !== 'side-by-side');
if (unknown.length > 0) {
  console.error(
    `There is no measurement ${unknown.join(', ')}. There are: side-by-side (all of the first ${sideNames.length}), ${names.join(', ')}`,
  );
  process.exit(2);
}
const wanted = positionals.includes('side-by-side') ? [...sideNames, ...positionals] : positionals;
const chosen = wanted.length > 0 ? wanted : values.record ? [] : names;

if (chosen.length > 0 && process.env.LABBOOK_CLI === undefined) {
  const outdir = path.join(root, 'out', 'bench', 'dist');
  const log = path.join(root, 'out', 'bench', 'build.log');
  await step('build', () =>
    run(process.execPath, ['esbuild.mjs', '--production', '--outdir', outdir], { cwd: root, log, limit: 120 }),
  );
  process.env.LABBOOK_CLI = path.join(outdir, 'labbook.cjs');
}
let failed = false;
const side = sideNames.filter((name) => chosen.includes(name));
if (side.length > 0) {
  const runs = values.runs === undefined ? {} : { runs: Number(values.runs) };
  const workers = values.workers.split(',').filter(Boolean).map(Number);
  await measureSideBySide(side, { quick: values.quick, workers, ...runs });
}
for (const [name, file] of Object.entries(scripts).filter(([each]) => chosen.includes(each))) {
  console.log(`\n# ${name}`);
  const more = [
    ...(values.quick ? ['--quick'] : []),
    ...(values.add && name === 'scale' ? ['--add'] : []),
    ...(values.sizes === undefined ? [] : ['--sizes', values.sizes]),
    ...(name === 'ui' && values.parts !== undefined ? ['--parts', values.parts] : []),
    ...(name === 'ui' && values.minutes !== undefined ? ['--minutes', values.minutes] : []),
  ];
  const { status } = spawnSync(process.execPath, [path.join(root, 'bench', file), ...more], {
    cwd: root,
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
if (values.record) {
  record(['side-by-side', 'scale', 'artifacts-memory', 'tree', 'ui']);
}
process.exit(failed ? 1 : 0);
