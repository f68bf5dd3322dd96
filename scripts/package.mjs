// Packages the extension as labbook-<version>.vsix, or as the file after `--out`. The package is put together in a folder of its own, so that the dist/ that
// somebody is working with stays as it is.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bootstrap } from './bootstrap.mjs';
import { root } from './root.mjs';
import { endWithSignals, run } from './run.mjs';

/** Bytes that the package may have at most. */
export const sizeLimit = 3_000_000;

/** What is put beside the bundles; .vscodeignore decides what of it ships. */
const parts = [
  ...['.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE', 'media', 'l10n'],
  ...readdirSync(root).filter((name) => /^package\.nls(?:\.[\w-]+)?\.json$/.test(name)),
];

/** The manifest without what only the checkout knows: scripts that would build again. */
function shippedManifest() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  delete manifest.scripts;
  delete manifest.devDependencies;
  return manifest;
}

/**
 * Builds for production and packages.
 * @param {string} [target] the .vsix to write; default `labbook-<version>.vsix` in the checkout
 * @returns `{file, size}`: its path and bytes
 * @throws Error when it is larger than `sizeLimit`
 */
export async function createPackage(target) {
  const manifest = shippedManifest();
  const file = target ?? path.join(root, `${manifest.name}-${manifest.version}.vsix`);
  const staging = path.join(root, 'out', `package-${process.pid}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(path.join(staging, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    for (const part of parts.filter((each) => existsSync(path.join(root, each)))) {
      cpSync(path.join(root, part), path.join(staging, part), { recursive: true });
    }
    const log = path.join(root, 'out', 'package.log');
    const build = ['esbuild.mjs', '--production', '--outdir', path.join(staging, 'dist')];
    await run(process.execPath, build, { cwd: root, log, limit: 120 });
    const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
    const options = [
      '--no-dependencies',
      '--skip-license',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      file,
    ];
    await run(process.execPath, [vsce, 'package', ...options], { cwd: staging, log, limit: 120 });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const { size } = statSync(file);
  if (size > sizeLimit) {
    throw new Error(`${path.basename(file)} has ${size} bytes; ${sizeLimit} are allowed`);
  }
  return { file, size };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  endWithSignals();
  await bootstrap();
  try {
    const { file, size } = await createPackage(values.out && path.resolve(values.out));
    console.log(`${path.relative(root, file)}  ${(size / 1000).toFixed(0)} kB`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
