import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import type { SearchError } from '../../../src/core/search/ast';
import { useStore } from '../../shared/store';
import type { ExperimentSession } from '../experimentSession';
import type { TableView } from '../tableModel';
import { parseQuery } from './parseQuery';

/** Milliseconds after the last letter. */
const rest = 400;
const mostRecent = 50;

export interface QueryTextState {
  readonly typed: string;
  /** What is wrong, once typing rests; what is written on the way is wrong all the time. */
  readonly problem: SearchError | undefined;
  /** Takes what the line says now. */
  readonly type: (text: string) => void;
  /** Applies it without waiting, and remembers it. */
  readonly apply: (text?: string) => void;
  /** The line is left: what it says is not to wait, and is remembered where it is right. */
  readonly leave: () => void;
}

/** The text of the query line, and when it is applied: on Enter, or when typing rests; never while it is wrong. */
export function useQueryText(
  experiment: ExperimentSession,
  view: TableView,
  input: RefObject<HTMLInputElement | null>,
): QueryTextState {
  const applied = useStore(experiment.arrangement, (each) => each.query);
  const [typed, setTyped] = useState(applied);
  const [before, setBefore] = useState(applied);
  const [settled, setSettled] = useState(applied);
  const timer = useRef<number | undefined>(undefined);
  // Another query than the one that was typed here: a view, "Show all".
  if (applied !== before) {
    setBefore(applied);
    setTyped(applied);
    setSettled(applied);
  }
  const { catalogue } = view.table;
  const parsed = useMemo(() => parseQuery(typed, catalogue, view.better), [typed, catalogue, view.better]);
  const error = parsed.ok ? undefined : parsed.error;
  const problem = settled === typed ? error : undefined;
  useEffect(() => experiment.wrongQuery.set(problem), [experiment, problem]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useEffect(
    () =>
      experiment.draft.subscribe(() => {
        const begun = experiment.draft.get();
        if (begun) {
          window.clearTimeout(timer.current);
          setTyped(begun.text);
          input.current?.focus();
        }
      }),
    [experiment, input],
  );
  const settle = (text: string): boolean => {
    window.clearTimeout(timer.current);
    setSettled(text);
    const isRight = parseQuery(text, catalogue, view.better).ok;
    if (isRight && text !== experiment.arrangement.get().query) {
      experiment.arrange({ query: text });
    }
    return isRight;
  };
  const remember = (): void => {
    const { query, recent } = experiment.arrangement.get();
    if (query.trim() !== '' && recent[0] !== query) {
      experiment.arrange({ recent: [query, ...recent.filter((each) => each !== query)].slice(0, mostRecent) });
    }
  };
  return {
    typed,
    problem,
    type: (text) => {
      setTyped(text);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => settle(text), rest);
    },
    apply: (text = typed) => {
      setTyped(text);
      if (settle(text)) {
        remember();
      }
    },
    leave: () => {
      settle(typed);
      remember();
    },
  };
}
