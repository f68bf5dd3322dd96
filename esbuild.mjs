// Builds everything that ships: the extension, the command line (server) and one bundle per panel.
// `--watch` rebuilds on change, `--production` minifies; the bundles' sizes are printed.
import { build, context } from 'esbuild';
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

const shared = {
  absWorkingDir: root,
  bundle: true,
  outdir: 'dist',
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

const panels = ['experiment', 'run', 'compare'];

const bundles = [
  { ...node, entryPoints: { extension: 'src/extension.ts' } },
  { ...node, entryPoints: { labbook: 'src/server/main.ts' } },
  {
    ...shared,
    outdir: 'dist/webview',
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
  await cp(path.join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'), path.join(root, 'dist/sql-wasm.wasm'));
}

async function printSizes() {
  const names = await readdir(path.join(root, 'dist'), { recursive: true });
  for (const name of names.sort()) {
    const info = await stat(path.join(root, 'dist', name));
    if (info.isFile() && !name.endsWith('.map')) {
      console.log(`${name}  ${(info.size / 1000).toFixed(0)} kB`);
    }
  }
}

await rm(path.join(root, 'dist'), { recursive: true, force: true });
await mkdir(path.join(root, 'dist'), { recursive: true });
await copyAssets();
if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context(options)));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(bundles.map((options) => build(options)));
  if (production) {
    await printSizes();
  }
}
