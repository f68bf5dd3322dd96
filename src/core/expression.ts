/**
 * Expressions of metrics, such as `` `train/loss` / `val/loss` `` or `log10(tokens)`: numbers, metrics (in back-ticks, or bare where
 * they consist of letters, digits, `_` and `.` and do not begin with a digit), + - * / ^, brackets and the functions below.
 * Nothing else can be called or reached.
 */

export interface Expression {
  /** The metrics in it, each once, in the order in which they first appear. */
  readonly keys: readonly string[];
  /** @param values one for each of `keys` @returns any double: what is not defined is NaN or an infinity */
  evaluate(values: readonly number[]): number;
}

/** Why a text is no expression, in words for the user, with the place in it, from 0. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  constructor(
    what: string,
    readonly position: number,
  ) {
    super(`${what} (at character ${position + 1} of the expression)`);
  }
}

type Evaluate = (values: readonly number[]) => number;

const functions: ReadonlyMap<string, { readonly arity: number; readonly apply: (...values: number[]) => number }> =
  new Map(
    Object.entries({
      abs: { arity: 1, apply: Math.abs },
      exp: { arity: 1, apply: Math.exp },
      log: { arity: 1, apply: Math.log },
      log2: { arity: 1, apply: Math.log2 },
      log10: { arity: 1, apply: Math.log10 },
      sqrt: { arity: 1, apply: Math.sqrt },
      min: { arity: 2, apply: Math.min },
      max: { arity: 2, apply: Math.max },
    }),
  );

/** Longer texts, in characters, and deeper brackets, are refused. */
export const maxExpression = 2000;
const maxDepth = 100;
const token =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|`([^`]+)`|([\p{L}_][\p{L}\p{N}_.]*)|([-+*/^(),]))/uy;

type Token =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'metric' | 'word' | 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

/** @throws ExpressionError */
export function parseExpression(text: string): Expression {
  return new Parser(tokensOf(text)).parse();
}

/** An expression that is just one metric. */
export function metricExpression(key: string): string {
  return `\`${key}\``;
}

function tokensOf(text: string): Token[] {
  if (text.length > maxExpression) {
    throw new ExpressionError(`An expression has at most ${maxExpression} characters`, maxExpression);
  }
  const end = text.trimEnd().length;
  const tokens: Token[] = [];
  let position = 0;
  while (position < end) {
    token.lastIndex = position;
    const found = token.exec(text);
    if (found === null) {
      const at = position + (/^\s*/.exec(text.slice(position))?.[0].length ?? 0);
      throw new ExpressionError(`${JSON.stringify(text[at] ?? '')} was not expected`, at);
    }
    const [whole, number, metric, word, sign] = found;
    position += whole.length;
    const at = position - whole.trimStart().length;
    if (number !== undefined) {
      tokens.push({ kind: 'number', value: Number(number), at });
    } else if (metric !== undefined) {
      tokens.push({ kind: 'metric', text: metric, at });
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word, at });
    } else {
      tokens.push({ kind: 'sign', text: sign ?? '', at });
    }
  }
  return [...tokens, { kind: 'end', at: end }];
}

class Parser {
  private next = 0;
  private depth = 0;
  private readonly keys: string[] = [];

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Expression {
    const evaluate = this.sum();
    const rest = this.peek();
    if (rest.kind !== 'end') {
      throw unexpected(rest);
    }
    return { keys: this.keys, evaluate };
  }

  private sum(): Evaluate {
    let left = this.product();
    for (;;) {
      const sign = this.takeSign('+', '-');
      if (sign === undefined) {
        return left;
      }
      const [first, second] = [left, this.product()];
      left = sign === '+' ? (values) => first(values) + second(values) : (values) => first(values) - second(values);
    }
  }

  private product(): Evaluate {
    let left = this.signed();
    for (;;) {
      const sign = this.takeSign('*', '/');
      if (sign === undefined) {
        return left;
      }
      const [first, second] = [left, this.signed()];
      left = sign === '*' ? (values) => first(values) * second(values) : (values) => first(values) / second(values);
    }
  }

  /** As in mathematics, -2^2 is -4. */
  private signed(): Evaluate {
    this.deeper();
    const sign = this.takeSign('-', '+');
    const inner = sign === undefined ? this.power() : this.signed();
    this.depth--;
    return sign === '-' ? (values) => -inner(values) : inner;
  }

  private power(): Evaluate {
    const base = this.operand();
    if (this.takeSign('^') === undefined) {
      return base;
    }
    const exponent = this.signed();
    return (values) => base(values) ** exponent(values);
  }

  private operand(): Evaluate {
    const found = this.peek();
    this.next++;
    switch (found.kind) {
      case 'number':
        return () => found.value;
      case 'metric':
        return this.metric(found.text);
      case 'word':
        return this.takeSign('(') === undefined ? this.metric(found.text) : this.call(found.text, found.at);
      case 'sign':
        if (found.text === '(') {
          const inner = this.sum();
          this.expect(')');
          return inner;
        }
        throw unexpected(found);
      case 'end':
        throw unexpected(found);
    }
  }

  private metric(key: string): Evaluate {
    let place = this.keys.indexOf(key);
    if (place < 0) {
      place = this.keys.push(key) - 1;
    }
    return (values) => values[place] ?? NaN;
  }

  private call(name: string, position: number): Evaluate {
    const called = functions.get(name);
    if (called === undefined) {
      throw new ExpressionError(
        `There is no function ${name}; there are ${[...functions.keys()].join(', ')}`,
        position,
      );
    }
    const operands: Evaluate[] = [];
    do {
      operands.push(this.sum());
    } while (this.takeSign(',') !== undefined);
    this.expect(')');
    if (operands.length !== called.arity) {
      throw new ExpressionError(`${name} takes ${called.arity}, not ${operands.length}`, position);
    }
    return (values) => called.apply(...operands.map((operand) => operand(values)));
  }

  private expect(sign: string): void {
    if (this.takeSign(sign) === undefined) {
      throw unexpected(this.peek());
    }
  }

  private takeSign(...signs: readonly string[]): string | undefined {
    const found = this.peek();
    if (found.kind === 'sign' && signs.includes(found.text)) {
      this.next++;
      return found.text;
    }
    return undefined;
  }

  private deeper(): void {
    if (++this.depth > maxDepth) {
      throw new ExpressionError('The brackets are too deep', this.peek().at);
    }
  }

  private peek(): Token {
    return this.tokens[this.next] ?? { kind: 'end', at: 0 };
  }
}

function unexpected(found: Token): ExpressionError {
  switch (found.kind) {
    case 'end':
      return new ExpressionError('Something is missing', found.at);
    case 'number':
      return new ExpressionError(`${found.value} was not expected`, found.at);
    default:
      return new ExpressionError(`${JSON.stringify(found.text)} was not expected`, found.at);
  }
}
