// TypeScript of the checkout, for Node to run.
import { build } from 'esbuild';
import { root } from '../../scripts/root.mjs';

/**
 * Bundles a file of the checkout and what it imports of it into one CommonJS file with source map.
 * @param {string} entry path in the checkout
 * @param {string} outfile
 * @param {{packages?: 'external' | 'bundle'}} options `bundle`: for a place from which the checkout's packages are not found
 */
export async function bundle(entry, outfile, { packages = 'external' } = {}) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages,
    external: ['vscode'],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
