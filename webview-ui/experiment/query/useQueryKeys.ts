import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import type { Completion } from '../../../src/core/search/completions';
import type { QueryTextState } from './useQueryText';
import { isTyped, type SuggestionState } from './useSuggestions';

interface Parts {
  readonly query: QueryTextState;
  readonly list: SuggestionState;
  /** Newest first. */
  readonly recent: readonly string[];
  readonly replace: (from: number, to: number, text: string) => void;
  readonly choose: (option: Completion) => void;
  /** Opens the help. */
  readonly help: () => void;
}

/** Options that PageUp and PageDown pass. */
const page = 8;

/** The keys of the query line. */
export function useQueryKeys({ query, list, recent, replace, choose, help }: Parts): (event: KeyboardEvent) => void {
  const { completions, active } = list;

  const browse = useEarlier({ query, list, recent, replace });
  const enter = (): void => {
    const option = completions?.options[active];
    if (option && completions && !isTyped(option, completions.typed)) {
      choose(option);
    } else {
      list.close();
      query.apply();
    }
  };
  const act = (event: KeyboardEvent): boolean => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    switch (event.key) {
      case ' ':
        if (event.ctrlKey || event.metaKey) {
          list.open(true);
          return true;
        }
        return false;
      // F1 alone, and with Alt, VS Code takes for itself.
      case 'F1':
        if (event.ctrlKey || event.metaKey) {
          help();
          return true;
        }
        return false;
      case 'Enter':
        enter();
        return true;
      case 'Tab': {
        const option = completions?.options[Math.max(0, active)];
        if (event.shiftKey || !isPlain || !option) {
          return false;
        }
        choose(option);
        return true;
      }
      case 'Escape':
        list.close();
        return completions !== undefined;
      case 'ArrowDown':
      case 'ArrowUp': {
        const by = event.key === 'ArrowDown' ? 1 : -1;
        if (completions) {
          list.move(by);
          return true;
        }
        if (browse(-by)) {
          return true;
        }
        if (by > 0) {
          list.open(false);
        }
        return by > 0;
      }
      case 'PageDown':
      case 'PageUp':
        if (completions) {
          list.move(event.key === 'PageDown' ? page : -page);
        }
        return completions !== undefined;
      default:
        return false;
    }
  };
  return (event) => {
    if (!event.nativeEvent.isComposing && act(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

/** Goes from one earlier query to another; from an empty line, so that no text is lost. False: there is nothing to be done. */
function useEarlier({ query, list, recent, replace }: Omit<Parts, 'choose' | 'help'>): (by: number) => boolean {
  /** Which of the earlier queries the line shows. */
  const shown = useRef(-1);
  const { typed } = query;
  return (by) => {
    const isBrowsing = shown.current >= 0 && recent[shown.current] === typed;
    if (!isBrowsing && (typed !== '' || by < 0)) {
      return false;
    }
    const next = isBrowsing ? shown.current + by : 0;
    const text = next < 0 ? '' : recent[next];
    if (text !== undefined) {
      shown.current = next;
      replace(0, typed.length, text);
      list.close();
    }
    return true;
  };
}

/**
 * Ctrl+F from anywhere in the panel. What is nearer and takes it keeps it from the window; whether its default is prevented says nothing:
 * VS Code prevents that of each Ctrl+F in a webview, so that the browser's own search stays away.
 */
export function useFindKey(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isFind =
        (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'f';
      if (isFind) {
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [input]);
}
