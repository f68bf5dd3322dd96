// Builds everything that ships: the extension, the command line (server) and one bundle per panel.
// `--watch` rebuilds on change, `--production` minifies, `--outdir DIR` writes elsewhere than to dist/.
import { build, context } from 'esbuild';
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { notices } from './scripts/notices.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    outdir: { type: 'string', default: path.join(root, 'dist') },
  },
});
const { watch, production } = values;
const outdir = path.resolve(values.outdir);

const shared = {
  absWorkingDir: root,
  bundle: true,
  outdir,
  metafile: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'info',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development') },
};

/** Code for Node: the extension host and the server. Node 20 is what VS Code 1.100 runs on. */
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  external: ['vscode'],
  mainFields: ['module', 'main'],
  conditions: ['node', 'import'],
};

/** What of the server is loaded later (src/server/later.ts) is no part of it. */
const laterApart = {
  name: 'later apart',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\/later$/ }, () => ({ path: './later.cjs', external: true })),
};

const panels = ['experiment', 'run', 'compare', 'chart'];

const bundles = [
  { ...node, entryPoints: { extension: 'src/extension.ts' } },
  {
    ...node,
    entryPoints: { labbook: 'src/server/start.ts', server: 'src/server/main.ts' },
    plugins: [laterApart],
    // The start runs the server as a script, in which `require` is the only way to others.
    supported: { 'dynamic-import': false },
  },
  { ...node, entryPoints: { later: 'src/server/later.ts' } },
  {
    ...shared,
    outdir: path.join(outdir, 'webview'),
    platform: 'browser',
    format: 'iife',
    target: 'chrome122',
    jsx: 'automatic',
    loader: { '.ttf': 'file', '.svg': 'dataurl' },
    entryPoints: Object.fromEntries(panels.map((name) => [name, `webview-ui/${name}/index.tsx`])),
  },
];

/** Files that ship as they are beside the bundles. */
async function copyAssets() {
  await cp(path.join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'), path.join(outdir, 'sql-wasm.wasm'));
}

/** Deletes what an earlier build left behind. What is written anew stays all the while: servers may be starting from it. */
async function removeStale(written) {
  for (const entry of await readdir(outdir, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !written.has(file)) {
      await rm(file);
    }
  }
}

async function printSizes(files) {
  for (const file of [...files].filter((each) => !each.endsWith('.map')).sort()) {
    const { size } = await stat(file);
    console.log(`${path.relative(outdir, file)}  ${(size / 1000).toFixed(0)} kB`);
  }
}

await mkdir(outdir, { recursive: true });
await copyAssets();
if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context(options)));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  const outputs = results.flatMap(({ metafile }) => Object.keys(metafile.outputs));
  const inputs = results.flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)),
  );
  const noticesFile = path.join(outdir, 'ThirdPartyNotices.txt');
  await writeFile(noticesFile, await notices(root, [...inputs, 'node_modules/sql.js/dist/sql-wasm.wasm']));
  const written = new Set([
    ...outputs.map((file) => path.resolve(root, file)),
    path.join(outdir, 'sql-wasm.wasm'),
    noticesFile,
  ]);
  await removeStale(written);
  if (production) {
    await printSizes(written);
  }
}
