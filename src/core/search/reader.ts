import type { Result, SearchError, Span } from './ast';
import { englishText, searchError, type SearchText } from './messages';
import { type Token, tokenize } from './tokens';

/** Carries an error out of the parser; never leaves this folder. */
export class SearchFault extends Error {
  readonly error: SearchError;

  constructor(span: Span, text: SearchText, fix?: string) {
    super(englishText(text));
    this.error = searchError(span, text, fix);
  }
}

export function openReader(source: string): Result<TokenReader> {
  const tokens = tokenize(source);
  return tokens.ok ? { ok: true, value: new TokenReader(tokens.value) } : tokens;
}

/** Goes through the words of a search. */
export class TokenReader {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** At the end, the end again and again. */
  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (token === undefined) {
      throw new Error('a text without even an end was given to the parser');
    }
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** True where the word stands `ahead` of here, in any case, unquoted and without a prefix. */
  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.prefix === undefined && token.text.toLowerCase() === word;
  }

  takeWord(word: string): Token | undefined {
    return this.isWord(word) ? this.take() : undefined;
  }

  takeSymbol(text: string): Token | undefined {
    const token = this.peek();
    return token.kind === 'punctuation' && token.text === text ? this.take() : undefined;
  }

  expectSymbol(text: string, missing: SearchText): void {
    if (this.takeSymbol(text) === undefined) {
      throw new SearchFault(this.peek(), missing);
    }
  }
}

/** From the beginning of one to the end of the other. */
export function between(first: Span, last: Span): Span {
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}

/** Names for a message, each in quotes. */
export function listed(names: readonly string[]): string {
  return names.map((each) => `'${each}'`).join(', ');
}
