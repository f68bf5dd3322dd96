// Bundles the tests of one tier to out/test/<tier>/: src and test code in, packages out (they are required at run time).
import { build } from 'esbuild';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from './root.mjs';

/**
 * @param {string} tier a folder of test/
 * @returns the absolute paths of the bundled `*.test.cjs` files, sorted
 */
export async function buildTests(tier) {
  const from = path.join(root, 'test', tier);
  const names = (await readdir(from, { recursive: true })).filter((name) => /\.test\.tsx?$/.test(name)).sort();
  const outdir = path.join(root, 'out', 'test', tier);
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => path.join(from, name)),
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
  return names.map((name) => path.join(outdir, name.replace(/\.tsx?$/, '.cjs')));
}
