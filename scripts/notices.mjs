// The licences of what the bundles contain: MIT, BSD and ISC ask that their texts go with every copy.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Of a file in node_modules the folder of its package, which may lie in that of another; undefined for ours. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

/** The texts of a package's licence files, in the order of their names. */
async function licenceTexts(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(name)).sort();
  return Promise.all(names.map(async (name) => (await readFile(path.join(folder, name), 'utf8')).trim()));
}

async function describe(root, folder) {
  const absolute = path.join(root, folder);
  const { name, version, license, author } = JSON.parse(await readFile(path.join(absolute, 'package.json'), 'utf8'));
  const texts = await licenceTexts(absolute);
  const owner = typeof author === 'string' ? author : author?.name;
  if (typeof license !== 'string' || (texts.length === 0 && owner === undefined)) {
    throw new Error(`${folder} is bundled, and does not say its licence or whose it is.`);
  }
  const text = texts.length > 0 ? texts.join('\n\n') : `Copyright (c) ${owner}`;
  return { title: `${name} ${version} (${license})`, text };
}

/**
 * @param root the checkout
 * @param files paths of all files that went into bundles, relative to it, with `/`
 * @returns the notices of all packages among them, sorted by name
 */
export async function notices(root, files) {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = await Promise.all([...folders].map((folder) => describe(root, folder)));
  const rule = '-'.repeat(78);
  const parts = packages.map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text}\n`);
  return `Labbook contains parts of the packages below, under these licences.\n\n${[...new Set(parts)].sort().join('\n')}`;
}
