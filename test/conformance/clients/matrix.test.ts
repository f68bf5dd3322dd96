import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scripts, titleOf, type Script } from './expectations';
import { atTimes, clientHas, clients, versions, type Client } from './versions';

const page = path.resolve('docs/protocol.md');

/** What clients lack, each with the number by which the table refers to it. */
const notes = new Map<string, number>();

function numberOf(name: string): number {
  const number = notes.get(name) ?? notes.size + 1;
  notes.set(name, number);
  return number;
}

function cell({ needs, parts = {} }: Script, client: Client): string {
  if (needs !== undefined && !clientHas(client, needs)) {
    return `– ${numberOf(needs)}`;
  }
  const missing = Object.keys(parts).filter((name) => !(name in atTimes) && !clientHas(client, name));
  const numbers = missing.map(numberOf).sort((a, b) => a - b);
  return ['✔', ...numbers].join(' ');
}

/** The rows as they stand in the page, without the spaces that align them. */
function tables(): { scripts: string[]; notes: string[] } {
  const rows = scripts.map((script) => [titleOf(script), ...clients.map((client) => cell(script, client))]);
  const lacks = [...notes].map(([name, number]) => {
    const without = clients.filter((client) => !clientHas(client, name)).map((client) => versions[client]);
    return [String(number), `\`${name.split('.').slice(-3).join('.')}\``, without.join(', ')];
  });
  return { scripts: rows.map(lineOf), notes: lacks.map(lineOf) };
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The rows of the table that has this header; `from` and `to` are where they are in the text. */
function rowsBelow(text: string, header: RegExp): { rows: string[]; from: number; to: number } {
  const match = header.exec(text);
  assert.ok(match, `${page} has no table ${header}`);
  const from = match.index + match[0].length;
  const length = /^(?:\|.*\n)*/.exec(text.slice(from))?.[0].length ?? 0;
  const rows = text
    .slice(from, from + length)
    .split('\n')
    .slice(0, -1);
  return { rows: rows.map((row) => row.replaceAll(/ +/g, ' ')), from, to: from + length };
}

const headers = { scripts: /^\| Script .*\n\|.*\n/m, notes: /^\| +\| Missing .*\n\|.*\n/m };

describe('the table of clients in docs/protocol.md', () => {
  it('says what the tests of the scripts check (UPDATE_MATRIX=1 writes it)', async () => {
    const wanted = tables();
    if (process.env['UPDATE_MATRIX'] === '1') {
      for (const name of ['scripts', 'notes'] as const) {
        const text = await readFile(page, 'utf8');
        const { from, to } = rowsBelow(text, headers[name]);
        await writeFile(page, `${text.slice(0, from)}${wanted[name].join('\n')}\n${text.slice(to)}`);
      }
    }
    const text = await readFile(page, 'utf8');
    assert.deepEqual(rowsBelow(text, headers.scripts).rows, wanted.scripts);
    assert.deepEqual(rowsBelow(text, headers.notes).rows, wanted.notes);
    const header = headers.scripts.exec(text)?.[0].split('\n')[0]?.replaceAll(/ +/g, ' ');
    assert.equal(header, lineOf(['Script', ...clients.map((client) => versions[client])]));
  });
});
