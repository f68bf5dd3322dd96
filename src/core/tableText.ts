/** Tables as texts for other programs: full precision, ASCII, and nothing that a spreadsheet would run. Pure. */
import Papa from 'papaparse';

export const tableFormats = ['csv', 'tsv', 'json', 'markdown', 'latex'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Extension of a file in each format. */
export const tableExtensions: Readonly<Record<TableFormat, string>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  markdown: 'md',
  latex: 'tex',
};

/** A number keeps its type in JSON and is never taken for a formula; undefined is a value that is missing. */
export type TableCell = string | number | bigint | undefined;

export interface TextTable {
  readonly header: readonly string[];
  /** As many cells in each as the header has. */
  readonly rows: readonly (readonly TableCell[])[];
}

/** Lines end with LF, the last one too; in CSV with CRLF, as RFC 4180 says. */
export function tableText(table: TextTable, format: TableFormat): string {
  switch (format) {
    case 'csv':
      return `${separated(table, ',')}\r\n`;
    case 'tsv':
      return `${separated(table, '\t')}\n`;
    case 'json':
      return `${JSON.stringify(jsonRows(table), null, 2)}\n`;
    case 'markdown':
      return markdown(table);
    case 'latex':
      return latex(table);
  }
}

/** The shortest text that reads back as the same number; NaN, Infinity and -Infinity as these words. */
export function cellText(cell: TableCell): string {
  return cell === undefined ? '' : typeof cell === 'number' && Object.is(cell, -0) ? '-0' : String(cell);
}

/**
 * Texts that a spreadsheet would take for a formula get an apostrophe before them, as OWASP's page on CSV injection says,
 * which names the full-width forms and the end of a line, too.
 * Numbers of ours are none, also negative ones; neither are texts that are numbers.
 */
export function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !isNumeral(text) ? `'${text}` : text;
}

function isNumeral(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || text === '-Infinity';
}

function safeCell(cell: TableCell): string {
  return typeof cell === 'string' ? withoutFormula(cell) : cellText(cell);
}

function separated({ header, rows }: TextTable, delimiter: string): string {
  const all = [header.map(safeCell), ...rows.map((row) => row.map(safeCell))];
  return Papa.unparse(all, { delimiter, newline: delimiter === ',' ? '\r\n' : '\n' });
}

/** One object for each row, without what is missing; JSON has no NaN and no infinities, so those are strings. */
function jsonRows({ header, rows }: TextTable): Record<string, string | number>[] {
  const names = distinct(header);
  return rows.map((row) =>
    Object.fromEntries(
      names.flatMap((name, place): [string, string | number][] => {
        const cell = row[place];
        if (cell === undefined) {
          return [];
        }
        const isPlain = typeof cell === 'number' && Number.isFinite(cell) && !Object.is(cell, -0);
        return [[name, isPlain ? cell : cellText(cell)]];
      }),
    ),
  );
}

/** Of columns with the same name, as a param and a tag may have, an object would keep only one: the others are numbered. */
function distinct(header: readonly string[]): string[] {
  const taken = new Set(header);
  const seen = new Set<string>();
  return header.map((name) => {
    let own = name;
    for (let number = 2; seen.has(own) || (own !== name && taken.has(own)); number++) {
      own = `${name} (${number})`;
    }
    seen.add(own);
    return own;
  });
}

function markdown({ header, rows }: TextTable): string {
  const line = (cells: readonly TableCell[]): string =>
    `| ${cells
      .map((cell) =>
        cellText(cell)
          .replace(/[\\|*_`<[\]&~$]/g, '\\$&')
          .replace(/\r?\n|\r/g, '<br>'),
      )
      .join(' | ')} |\n`;
  const rule = header.map((_, place) => (isNumeric(rows, place) ? '--:' : '---'));
  return `${line(header)}| ${rule.join(' | ')} |\n${rows.map(line).join('')}`;
}

const latexEscapes: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
};

/** A `tabular` with rules of the package booktabs. */
function latex({ header, rows }: TextTable): string {
  const escape = (cell: TableCell): string =>
    cellText(cell)
      .replace(/[\\~^<>|]|[&%$#_{}]/g, (char) => latexEscapes[char] ?? `\\${char}`)
      .replace(/\s*[\r\n]+\s*/g, ' ')
      // Behind the end of a line, or a rule, these would be an argument of it.
      .replace(/^\s*[[*]/, '{$&}');
  const line = (cells: readonly TableCell[]): string => `  ${cells.map(escape).join(' & ')} \\\\\n`;
  const columns = header.map((_, place) => (isNumeric(rows, place) ? 'r' : 'l')).join('');
  return (
    `\\begin{tabular}{${columns}}\n  \\toprule\n${line(header)}  \\midrule\n` +
    `${rows.map(line).join('')}  \\bottomrule\n\\end{tabular}\n`
  );
}

function isNumeric(rows: TextTable['rows'], place: number): boolean {
  const cells = rows.map((row) => row[place]).filter((cell) => cell !== undefined);
  return cells.length > 0 && cells.every((cell) => typeof cell !== 'string' || isNumeral(cell));
}
