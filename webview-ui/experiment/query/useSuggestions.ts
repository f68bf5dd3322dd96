import { useMemo, useState } from 'react';
import { completionsAt, type Completion, type Completions } from '../../../src/core/search/completions';
import { scan } from '../../../src/core/search/tokens';
import { useStore } from '../../shared/store';
import { longestInColour } from './parseQuery';
import type { QueryWords } from './queryWords';

export interface SuggestionState {
  /** Undefined while the list is closed, or has nothing. */
  readonly completions: Completions | undefined;
  /** -1: none, so that Enter applies the query. */
  readonly active: number;
  /** @param all without regard to what was typed of the word */
  readonly open: (all: boolean) => void;
  readonly close: () => void;
  /** Opens the list where what was typed asks for it. */
  readonly follow: (text: string, caret: number) => void;
  readonly move: (by: number) => void;
}

interface Opened {
  readonly all: boolean;
  readonly active: number | undefined;
}

/** The list under the query line. */
export function useSuggestions(text: string, caret: number, words: QueryWords): SuggestionState {
  const [opened, setOpened] = useState<Opened | undefined>(undefined);
  const version = useStore(words.version, (each) => each);
  const completions = useMemo(() => {
    if (!opened || text.length > longestInColour) {
      return undefined;
    }
    const found = completionsAt(text, caret, words);
    if (!opened.all || found.typed === '') {
      return found;
    }
    // All that can stand where the word stands, which is replaced.
    const cut = text.slice(0, found.from) + text.slice(found.to);
    return { ...completionsAt(cut, found.from, words), to: found.to };
  }, [opened, text, caret, words, version]);
  const count = completions?.options.length ?? 0;
  const first = completions && (opened?.all || isPart(completions)) ? 0 : -1;
  const active = Math.min(opened?.active ?? first, count - 1);
  return {
    completions: count > 0 ? completions : undefined,
    active,
    open: (all) => setOpened({ all, active: undefined }),
    close: () => setOpened(undefined),
    follow: (next, at) => {
      if (next.length > longestInColour) {
        setOpened(undefined);
        return;
      }
      const found = completionsAt(next, at, words);
      const isIdle = found.typed === '' && (found.place === 'next' || next.trim() === '');
      setOpened(isIdle || isComplete(found) ? undefined : { all: false, active: undefined });
    },
    move: (by) => {
      const next = active < 0 && by < 0 ? count - 1 : active + by;
      setOpened(
        (before) =>
          before && {
            ...before,
            active: Math.abs(by) === 1 ? (next + count) % count : Math.max(0, Math.min(count - 1, next)),
          },
      );
    },
  };
}

/** Whether the only thing to be offered is already there. */
function isComplete({ options, typed }: Completions): boolean {
  const [only, ...others] = options;
  return only !== undefined && others.length === 0 && isTyped(only, typed);
}

export function isTyped({ kind, insert, label }: Completion, typed: string): boolean {
  // Words mean the same in any case, as do `nan` and `inf`.
  const isWord = kind === 'word' || /^(?:nan|-?inf)$/.test(insert.trimEnd());
  return typed !== '' && (insert.trimEnd() === typed || (isWord && label === typed.toLowerCase()));
}

/**
 * Whether Enter is to take the first option: not where nothing is typed of a word, and not where it is whole as it stands, as a number
 * or a text with both of its quotes is, unless the option says the same in other letters.
 */
function isPart({ typed, options }: Completions): boolean {
  const [token] = scan(typed);
  const isText = token?.kind === 'string' && token.quote !== '`' && token.length === typed.length;
  const isSame = isText && options[0]?.label.toLowerCase() === token.value.toLowerCase();
  return typed !== '' && Number.isNaN(Number(typed)) && (!isText || isSame);
}
