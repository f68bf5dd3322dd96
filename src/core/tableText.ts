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

/** A table whose rows are made when they are written. */
export interface RowSource {
  readonly header: readonly string[];
  readonly count: number;
  /** As many cells as the header has. */
  readonly row: (index: number) => readonly TableCell[];
  /** Whether all values of a column are numbers: Markdown and LaTeX put those at the right. */
  readonly isNumeric: (place: number) => boolean;
}

/** Cells that are written in one step, some milliseconds of work. */
const cellsInStep = 4000;

/** Lines end with LF, the last one too; in CSV with CRLF, as RFC 4180 says. */
export function tableText({ header, rows }: TextTable, format: TableFormat): string {
  const row = (index: number): readonly TableCell[] => rows[index] ?? [];
  const steps = tableTextSteps(
    { header, count: rows.length, row, isNumeric: (place) => isNumeric(rows, place) },
    format,
  );
  for (;;) {
    const next = steps.next();
    if (next.done === true) {
      return next.value;
    }
  }
}

/**
 * The same text, a few rows at a time.
 * @yields how many rows are written
 * @throws RangeError when the text is longer than `mostCharacters`
 */
export function* tableTextSteps(source: RowSource, format: TableFormat): Generator<number, string, undefined> {
  const { count, row, header } = source;
  const { head, rows, foot } = writerOf(source, format);
  const atOnce = Math.max(1, Math.floor(cellsInStep / Math.max(1, header.length)));
  const parts = [head];
  let length = head.length;
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => row(from + i));
    const part = rows(some, from === 0);
    length += part.length;
    if (length > mostCharacters) {
      throw new RangeError('The text is too long');
    }
    parts.push(part);
    yield from + some.length;
  }
  parts.push(foot);
  return parts.join('');
}

/** Of one text; V8's strings end at half a billion characters. */
const mostCharacters = 250_000_000;

interface Writer {
  readonly head: string;
  readonly rows: (rows: readonly (readonly TableCell[])[], areFirst: boolean) => string;
  readonly foot: string;
}

function writerOf(source: RowSource, format: TableFormat): Writer {
  switch (format) {
    case 'csv':
      return separated(source, ',', '\r\n');
    case 'tsv':
      return separated(source, '\t', '\n');
    case 'json':
      return json(source);
    case 'markdown':
      return markdown(source);
    case 'latex':
      return latex(source);
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

function separated({ header }: RowSource, delimiter: string, newline: string): Writer {
  const text = (rows: readonly (readonly TableCell[])[]): string =>
    `${Papa.unparse(
      rows.map((row) => row.map(safeCell)),
      { delimiter, newline },
    )}${newline}`;
  return { head: text([header]), rows: text, foot: '' };
}

/** One object for each row, without what is missing; JSON has no NaN and no infinities, so those are strings. */
function json({ header, count }: RowSource): Writer {
  const names = distinct(header);
  const object = (row: readonly TableCell[]): Record<string, string | number> =>
    Object.fromEntries(
      names.flatMap((name, place): [string, string | number][] => {
        const cell = row[place];
        if (cell === undefined) {
          return [];
        }
        const isPlain = typeof cell === 'number' && Number.isFinite(cell) && !Object.is(cell, -0);
        return [[name, isPlain ? cell : cellText(cell)]];
      }),
    );
  // Line ends within texts are escaped in JSON, so these are all between values.
  const text = (row: readonly TableCell[]): string => JSON.stringify(object(row), null, 2).replaceAll('\n', '\n  ');
  return {
    head: count === 0 ? '[]\n' : '[',
    rows: (rows, areFirst) => `${areFirst ? '' : ','}\n  ${rows.map(text).join(',\n  ')}`,
    foot: count === 0 ? '' : '\n]\n',
  };
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

function markdown({ header, isNumeric: isRight }: RowSource): Writer {
  const line = (cells: readonly TableCell[]): string =>
    `| ${cells
      .map((cell) =>
        cellText(cell)
          .replace(/[\\|*_`<[\]&~$]/g, '\\$&')
          .replace(/\r?\n|\r/g, '<br>'),
      )
      .join(' | ')} |\n`;
  const rule = header.map((_, place) => (isRight(place) ? '--:' : '---'));
  return { head: `${line(header)}| ${rule.join(' | ')} |\n`, rows: (rows) => rows.map(line).join(''), foot: '' };
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
function latex({ header, isNumeric: isRight }: RowSource): Writer {
  const escape = (cell: TableCell): string =>
    cellText(cell)
      .replace(/[\\~^<>|]|[&%$#_{}]/g, (char) => latexEscapes[char] ?? `\\${char}`)
      .replace(/\s*[\r\n]+\s*/g, ' ')
      // Behind the end of a line, or a rule, these would be an argument of it.
      .replace(/^\s*[[*]/, '{$&}');
  const line = (cells: readonly TableCell[]): string => `  ${cells.map(escape).join(' & ')} \\\\\n`;
  const columns = header.map((_, place) => (isRight(place) ? 'r' : 'l')).join('');
  return {
    head: `\\begin{tabular}{${columns}}\n  \\toprule\n${line(header)}  \\midrule\n`,
    rows: (rows) => rows.map(line).join(''),
    foot: '  \\bottomrule\n\\end{tabular}\n',
  };
}

function isNumeric(rows: TextTable['rows'], place: number): boolean {
  const cells = rows.map((row) => row[place]).filter((cell) => cell !== undefined);
  return cells.length > 0 && cells.every((cell) => typeof cell !== 'string' || isNumeral(cell));
}
