// Bundles the tests of one tier to a folder in out/test/: src and test code in, packages out (they are required at run time).
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from './root.mjs';

/**
 * @param {string} tier a folder of test/; its `index.ts`, if there, is bundled too (the entry of the host tier)
 * @returns `{files, folder}`: the absolute paths of the bundled `*.test.cjs` files, sorted, and the folder they are in, which is
 *   this process's own (several runs of a tier do not meet) and for the caller to remove
 */
export async function buildTests(tier) {
  const from = path.join(root, 'test', tier);
  const found = existsSync(from) ? await readdir(from, { recursive: true }) : [];
  const names = found.filter((name) => /\.test\.tsx?$/.test(name)).sort();
  const entries = [...names, ...found.filter((name) => name === 'index.ts')];
  const outdir = path.join(root, 'out', 'test', `${tier}-${process.pid}`);
  await rm(outdir, { recursive: true, force: true });
  if (names.length === 0) {
    return { files: [], folder: outdir };
  }
  await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => path.join(from, name)),
    outbase: from,
    outdir,
    bundle: true,
    packages: 'external',
    external: ['vscode'],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    jsx: 'automatic',
    sourcemap: 'inline',
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
  return { files: names.map((name) => path.join(outdir, name.replace(/\.tsx?$/, '.cjs'))), folder: outdir };
}
