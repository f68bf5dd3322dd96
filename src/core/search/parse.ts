import { type ConditionContext, ConditionReader } from './conditions';
import { type SearchText, searchText } from './messages';
import { openReader, SearchFault, type TokenReader } from './reader';
import type { Dialect, Filter, Result, SearchEntity, Span } from './ast';
import { scan, searchLimits } from './tokens';

export interface FilterOptions {
  readonly entity: SearchEntity;
  readonly dialect: Dialect;
  /** Unix milliseconds, from which `-7d` counts. */
  readonly now?: number;
  /** Labbook's dialect: what a bare name means that is no attribute. */
  readonly resolve?: (name: string) => 'metric' | 'param' | 'tag' | undefined;
  /** Labbook's dialect: which extreme of a metric is its best. */
  readonly better?: (metric: string) => 'min' | 'max' | undefined;
  /** Labbook's dialect: `at(metrics.loss, 1000)` means the value at a step; for those who have such values. */
  readonly steps?: boolean;
}

/**
 * Reads a filter: MLflow's `search_runs`, `search_experiments` and so on (comparisons joined by AND), and with the dialect
 * `labbook` also OR, NOT, parentheses, BETWEEN, ranges `a..b`, regular expressions, dates and figures of metrics.
 * @returns undefined as value for an empty filter, which everything passes
 */
export function parseFilter(source: string, options: FilterOptions): Result<Filter | undefined> {
  const opened = openReader(source);
  if (!opened.ok) {
    return options.dialect === 'labbook' ? firstFault(source, options, opened) : opened;
  }
  try {
    return { ok: true, value: new FilterParser(opened.value, options).parse() };
  } catch (error) {
    if (error instanceof SearchFault) {
      return { ok: false, error: error.error };
    }
    throw error;
  }
}

/** What is wrong before the piece that is no word, as the one that is being typed; else that piece. */
function firstFault(
  source: string,
  options: FilterOptions,
  fault: Extract<Result<never>, { ok: false }>,
): Result<Filter | undefined> {
  const start = scan(source).find(({ kind }) => kind === 'fault')?.offset ?? 0;
  const before = source.slice(0, start).trimEnd();
  const read = parseFilter(before, options);
  // At the end only the rest is missing; what touches the piece, as in `metrics['loss']`, may be right but for that.
  return !read.ok && read.error.offset < before.length && read.error.offset + read.error.length < start ? read : fault;
}

/** Recursive descent; NOT binds before AND, AND before OR. */
class FilterParser {
  private readonly conditions: ConditionReader;
  private readonly own: boolean;
  private terms = 0;

  constructor(
    private readonly reader: TokenReader,
    options: FilterOptions,
  ) {
    const context: ConditionContext = {
      ...options,
      own: options.dialect === 'labbook',
      now: options.now ?? Date.now(),
    };
    this.own = context.own;
    this.conditions = new ConditionReader(reader, context);
  }

  parse(): Filter | undefined {
    const filter = this.own ? this.strict() : this.loose();
    const rest = this.reader.peek();
    if (rest.kind !== 'end') {
      throw new SearchFault(rest, this.notJoined(rest.text));
    }
    return filter;
  }

  private strict(): Filter | undefined {
    return this.reader.peek().kind === 'end' ? undefined : this.or(0);
  }

  /** MLflow skips every AND that stands between, before and after comparisons, and misses none: scripts rely on it. */
  private loose(): Filter | undefined {
    const parts: Filter[] = [];
    for (;;) {
      while (this.reader.takeWord('and') !== undefined);
      const next = this.reader.peek();
      if (next.kind === 'end' || /^(?:or|between)$/i.test(next.text)) {
        return parts.length > 1 ? { kind: 'and', parts, ...this.spanOf(parts) } : parts[0];
      }
      parts.push(this.unary(0));
    }
  }

  private notJoined(text: string): SearchText {
    if (this.own && text === ')') {
      return searchText('closesNothing');
    }
    return this.own ? searchText('joinExpected', text) : searchText('onlyAnd', text, text.toUpperCase());
  }

  private or(depth: number): Filter {
    return this.joined('or', () => this.joined('and', () => this.unary(depth)));
  }

  private joined(kind: 'and' | 'or', part: () => Filter): Filter {
    const parts = [part()];
    while (this.reader.takeWord(kind) !== undefined) {
      parts.push(part());
    }
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : { kind, parts, ...this.spanOf(parts) };
  }

  private unary(depth: number): Filter {
    const start = this.reader.peek();
    if (depth > searchLimits.depth) {
      throw new SearchFault(start, searchText('tooDeep', searchLimits.depth));
    }
    if (this.own && this.reader.takeWord('not') !== undefined) {
      const part = this.unary(depth + 1);
      return { kind: 'not', part, ...this.spanOf([start, part]) };
    }
    if (this.own && this.reader.takeSymbol('(') !== undefined) {
      const inner = this.or(depth + 1);
      this.reader.expectSymbol(')', searchText('closeMissing'));
      return inner;
    }
    const read = this.conditions.read();
    this.terms += comparisonsIn(read);
    if (this.terms > searchLimits.terms) {
      throw new SearchFault(start, searchText('tooManyComparisons', searchLimits.terms));
    }
    return read;
  }

  private spanOf(parts: readonly Span[]): Span {
    const [first] = parts;
    const last = parts.at(-1);
    return first === undefined || last === undefined
      ? { offset: 0, length: 0 }
      : { offset: first.offset, length: last.offset + last.length - first.offset };
  }
}

/** A range or a list of numbers is several comparisons. */
function comparisonsIn(filter: Filter): number {
  return filter.kind === 'and' || filter.kind === 'or'
    ? filter.parts.reduce((sum, part) => sum + comparisonsIn(part), 0)
    : 1;
}
