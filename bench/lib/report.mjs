// Tables of results: printed, kept as JSON and Markdown in out/bench/, and on demand gathered in docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/root.mjs';

const folder = path.join(root, 'out', 'bench');

/** What the figures were measured on. */
export function machine() {
  const [first] = cpus();
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  const disk = spawnSync('df', ['-T', '--', process.env.LABBOOK_BENCH_FOLDER ?? '/tmp'], { encoding: 'utf8' });
  const [, type = ''] = /\n\S+ +(\S+)/.exec(disk.stdout ?? '') ?? [];
  return (
    `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${memory} GB, ${platform()} ${release()} ${arch()}, ` +
    `${type === '' ? '' : `file system ${type}, `}Node ${process.version}`
  );
}

/** A number for people: three digits that matter, thousands apart. */
export function show(value) {
  if (typeof value !== 'number') {
    return value ?? '–';
  }
  if (!Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size >= 1000 || Number.isInteger(value)) {
    return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
  }
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** A Markdown table. @param {string[]} columns @param {(string | number | undefined)[][]} rows */
export function markdown(columns, rows) {
  const cells = [columns, ...rows.map((row) => row.map(show))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => String(row[i]).length)));
  const line = (row) => `| ${row.map((cell, i) => String(cell).padEnd(widths[i])).join(' | ')} |`;
  const [head, ...body] = cells;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join('\n');
}

/**
 * Prints a result and keeps it as `out/bench/<name>.json` and `.md`.
 * @param {string} name of the measurement
 * @param {{title: string, tables: {heading?: string, columns: string[], rows: unknown[][]}[], notes?: string[]}} result
 */
export function save(name, result) {
  mkdirSync(folder, { recursive: true });
  const kept = { name, date: new Date().toISOString(), machine: machine(), ...result };
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(kept, undefined, 2)}\n`);
  const text = sectionOf(kept);
  writeFileSync(path.join(folder, `${name}.md`), `${text}\n`);
  console.log(`\n${text}\n\n(out/bench/${name}.json, .md)`);
}

/** What was measured last under a name; undefined where nothing was. */
export function lastOf(name) {
  const file = path.join(folder, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function sectionOf({ title, tables, notes = [] }) {
  const parts = tables.map(({ heading, columns, rows }) =>
    [...(heading === undefined ? [] : [`### ${heading}`, '']), markdown(columns, rows)].join('\n'),
  );
  return [`## ${title}`, ...parts, ...notes].join('\n\n');
}

/** Gathers what was measured last in docs/benchmarks.md. @param {string[]} names in the order of the page */
export function record(names) {
  const results = names
    .map((name) => path.join(folder, `${name}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const [first] = results;
  if (first === undefined) {
    throw new Error('Nothing was measured yet');
  }
  const sections = results.map((result) => {
    const date = result.date.slice(0, 16).replace('T', ' ');
    return `${sectionOf(result)}\n\nMeasured ${date} UTC${result.machine === first.machine ? '' : `, ${result.machine}`}.`;
  });
  const head = `# Benchmarks

\`npm run bench\` measures all this; \`npm run bench -- NAME\` one of them (${names.map((name) => `\`${name}\``).join(', ')}); \`--record\` writes
this page. Each server gets the same requests from the same generator, on the same machine and disk, in one run.

Machine: ${first.machine}.
`;
  const page = path.join(root, 'docs', 'benchmarks.md');
  writeFileSync(page, `${[head, ...sections].join('\n')}\n`);
  spawnSync(process.execPath, [path.join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs'), '--write', page]);
  console.log(`\nWritten: ${path.relative(root, page)}`);
}
