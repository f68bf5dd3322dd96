import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The TypeScript files below a folder, or the one file, with their text. */
export function sourcesOf(from: string): { file: string; text: string }[] {
  const files = statSync(from).isDirectory()
    ? readdirSync(from, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => path.join(from, name))
    : [from];
  return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}
