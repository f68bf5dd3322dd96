import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../shared/controls';
import { Icon } from '../shared/Icon';
import type { Store } from '../shared/store';
import { t } from '../shared/strings';
import type { KeyCatalogue } from './table/runTable';

interface Props {
  /** The query that is applied. */
  readonly text: string;
  /** Takes a query, right or wrong; a wrong one changes nothing but what the footer says. */
  readonly onApply: (text: string) => void;
  /** Names that can stand in a query. */
  readonly keys: KeyCatalogue;
  /** A query that a menu began. */
  readonly draft: Store<{ readonly text: string } | undefined>;
}

/** Milliseconds after the last letter. */
const rest = 400;

/** The filter as a text. It applies on Enter, or when typing rests. */
export function QueryLine({ text, onApply, draft }: Props) {
  const [typed, setTyped] = useState(text);
  const [before, setBefore] = useState(text);
  const timer = useRef<number | undefined>(undefined);
  // Another query than the one that was typed here: a view, "Show all".
  if (text !== before) {
    setBefore(text);
    setTyped(text);
  }
  const apply = (next: string): void => {
    window.clearTimeout(timer.current);
    onApply(next);
  };
  const type = (next: string): void => {
    setTyped(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onApply(next), rest);
  };
  useEffect(
    () =>
      draft.subscribe(() => {
        const begun = draft.get();
        if (begun) {
          setTyped(begun.text);
        }
      }),
    [draft],
  );
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <div className="lb-query" data-query>
      <Icon name="filter" />
      <input
        type="text"
        className="lb-mono"
        aria-label={t('filterRuns')}
        placeholder={t('queryPlaceholder')}
        spellCheck={false}
        value={typed}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            apply(typed);
          }
        }}
      />
      {typed !== '' && (
        <IconButton
          icon="close"
          label={t('clearFilter')}
          onAct={() => {
            setTyped('');
            apply('');
          }}
        />
      )}
    </div>
  );
}
