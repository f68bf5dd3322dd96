/** Tables as texts for other programs: full precision, ASCII, and nothing that a spreadsheet would run. Pure. */
import Papa from 'papaparse';

export const tableFormats = ['csv', 'tsv', 'json', 'markdown', 'latex'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Formats of files, in the order in which menus and dialogs offer them. */
export const exportFormats = ['csv', 'tsv', 'json', 'parquet', 'markdown', 'latex'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Extension of a file in each format, and its name, which is the same in all languages. */
export const fileFormats: Readonly<Record<ExportFormat, { readonly extension: string; readonly name: string }>> = {
  csv: { extension: 'csv', name: 'CSV' },
  tsv: { extension: 'tsv', name: 'TSV' },
  json: { extension: 'json', name: 'JSON' },
  parquet: { extension: 'parquet', name: 'Parquet' },
  markdown: { extension: 'md', name: 'Markdown' },
  latex: { extension: 'tex', name: 'LaTeX' },
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

/** Lines end with LF, the last one too; in CSV with CRLF, as RFC 4180 says. @throws RangeError as `JoinedText` */
export function tableText({ header, rows }: TextTable, format: TableFormat): string {
  const row = (index: number): readonly TableCell[] => rows[index] ?? [];
  const isRight = (place: number): boolean => areNumerals(rows.map((each) => each[place]));
  const text = new JoinedText();
  for (const part of tableTextSteps({ header, count: rows.length, row, isNumeric: isRight }, format)) {
    text.add(part.text);
  }
  return text.whole();
}

export interface TextPart {
  /** How many rows are written with it. */
  readonly done: number;
  readonly text: string;
}

/** The same text in parts, a few rows each, so that others get a turn between them. Each is some milliseconds of work. */
export function* tableTextSteps(source: RowSource, format: TableFormat): Generator<TextPart, void, undefined> {
  const { count, row, header } = source;
  const numeric: boolean[] = [];
  for (let place = 0; place < header.length && (format === 'markdown' || format === 'latex'); place++) {
    numeric.push(source.isNumeric(place));
    yield { done: 0, text: '' };
  }
  const { head, rows, foot } = writerOf({ ...source, isNumeric: (place) => numeric[place] === true }, format);
  const atOnce = Math.max(1, Math.floor(cellsInStep / Math.max(1, header.length)));
  yield { done: 0, text: head };
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => row(from + i));
    yield { done: from + some.length, text: rows(some, from === 0) };
  }
  yield { done: count, text: foot };
}

/** Of one text; V8's strings end at half a billion characters. */
const mostCharacters = 250_000_000;

/** Parts that become one text. */
export class JoinedText {
  readonly #parts: string[] = [];
  #length = 0;

  /** @throws RangeError when the text is longer than a page, or a clipboard, can hold */
  add(part: string): void {
    this.#length += part.length;
    if (this.#length > mostCharacters) {
      throw new RangeError('The text is too long');
    }
    this.#parts.push(part);
  }

  whole(): string {
    return this.#parts.join('');
  }
}

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

/**
 * Cells without a header, as a spreadsheet copies them: a single one as it is, for it may be pasted anywhere; several as a column of
 * TSV, one a line, in which nothing is a formula, and a missing value is an empty line.
 */
export function cellsText(cells: readonly TableCell[]): string {
  return cells.length === 1
    ? cellText(cells[0])
    : Papa.unparse(
        cells.map((cell) => [safeCell(cell)]),
        { delimiter: '\t', newline: '\n' },
      );
}

/** One object for each row, without what is missing; JSON has no NaN and no infinities, so those are strings. */
function json({ header, count }: RowSource): Writer {
  const names = distinctNames(header);
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
export function distinctNames(header: readonly string[]): string[] {
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

/** Whether all cells that are there are numbers, also such as are written as texts. */
export function areNumerals(cells: readonly TableCell[]): boolean {
  const there = cells.filter((cell) => cell !== undefined);
  return there.length > 0 && there.every((cell) => typeof cell !== 'string' || isNumeral(cell));
}
