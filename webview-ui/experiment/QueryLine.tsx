import { useCallback, useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { SearchError } from '../../src/core/search/ast';
import type { Completion } from '../../src/core/search/completions';
import { IconButton } from '../shared/controls';
import { Icon } from '../shared/Icon';
import { Menu } from '../shared/Menu';
import { anchorOf, type Anchor } from '../shared/Popup';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { fixOf, type QueryFix } from './query/queryFix';
import { useQueryHelp } from './query/QueryHelp';
import { QueryProblem } from './query/QueryProblem';
import { QueryText } from './query/QueryText';
import { QueryWords } from './query/queryWords';
import { optionId, Suggestions } from './query/Suggestions';
import { Under } from './query/Under';
import { useFocusWithin } from './query/useFocusWithin';
import { useFindKey, useQueryKeys } from './query/useQueryKeys';
import { useQueryText, type QueryTextState } from './query/useQueryText';
import { useSuggestions, type SuggestionState } from './query/useSuggestions';
import './query/query.css';
import type { TableView } from './tableModel';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
}

/** The filter as a text, in colours, with what can stand at the caret, what is wrong, and what was asked before. */
export function QueryLine({ experiment, view }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [scroll, setScroll] = useState(0);
  const { isIn, handlers } = useFocusWithin();
  const recent = useStore(experiment.arrangement, (each) => each.recent);
  const words = useWords(experiment, view);
  const replace = (from: number, to: number, text: string): void => setCaret(edit(input.current, from, to, text));
  const query = useQueryText(experiment, view, input);
  const list = useSuggestions(query.typed, caret, words);
  const keys = useQueryKeys({ query, list, recent, replace, choose, help: () => help.open() });
  useFindKey(input);
  const { typed, problem } = query;

  const help = useQueryHelp(input, list.close, experiment.queryHelp);
  // Elsewhere the wavy line and the footer say enough: the message hangs over the table.
  const shownProblem = isIn ? toBeShown(problem, list) : undefined;

  function choose({ insert }: Completion): void {
    if (list.completions) {
      const { from, to } = list.completions;
      replace(from, to, typed[to] === ' ' ? insert.trimEnd() : insert);
    }
  }
  const onFix = ({ offset, length, text }: QueryFix): void => {
    replace(offset, offset + length, text);
    query.apply(typed.slice(0, offset) + text + typed.slice(offset + length));
    list.close();
  };
  return (
    <div className="lb-query" data-query {...handlers}>
      <Icon name="filter" />
      <div className="lb-query-field">
        <QueryText text={typed} wrong={problem} scroll={scroll} />
        <Field
          input={input}
          id={id}
          query={query}
          list={list}
          problem={shownProblem}
          onCaret={setCaret}
          onScroll={setScroll}
          onKeyDown={keys}
        />
      </div>
      <Buttons
        typed={typed}
        recent={recent}
        anchor={() => input.current && anchorOf(input.current)}
        onChoose={query.apply}
        onClear={() => {
          replace(0, typed.length, '');
          list.close();
          query.apply('');
        }}
      />
      <Under input={input} text={typed}>
        {shownProblem && (
          <QueryProblem
            id={`${id}problem`}
            error={shownProblem}
            fix={fixOf(typed, shownProblem, view.table.catalogue)}
            onFix={onFix}
            onHelp={help.open}
          />
        )}
        {list.completions && (
          <Suggestions
            id={`${id}list`}
            completions={list.completions}
            active={list.active}
            words={words}
            onChoose={choose}
            onHelp={help.open}
          />
        )}
      </Under>
      {help.element}
    </div>
  );
}

/** What is wrong where the list says what could stand there is on its way to be right. */
function toBeShown(problem: SearchError | undefined, { completions }: SuggestionState): SearchError | undefined {
  return problem && completions && problem.offset + problem.length >= completions.from ? undefined : problem;
}

/** By the browser's own editing, so that Ctrl+Z takes it back. @returns where the caret is then */
function edit(input: HTMLInputElement | null, from: number, to: number, text: string): number {
  input?.focus();
  input?.setSelectionRange(from, to);
  if (text !== '' || from !== to) {
    document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  }
  return input?.selectionStart ?? 0;
}

interface FieldProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly id: string;
  readonly query: QueryTextState;
  readonly list: SuggestionState;
  readonly problem: SearchError | undefined;
  readonly onCaret: (caret: number) => void;
  readonly onScroll: (scroll: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function Field({ input, id, query, list, problem, onCaret, onScroll, onKeyDown }: FieldProps) {
  const { completions, active } = list;
  return (
    <input
      ref={input}
      type="text"
      role="combobox"
      aria-label={t('filterRuns')}
      aria-autocomplete="list"
      aria-keyshortcuts="Control+F1"
      aria-expanded={completions !== undefined}
      aria-controls={completions && `${id}list`}
      aria-activedescendant={completions && active >= 0 ? optionId(`${id}list`, active) : undefined}
      aria-invalid={query.problem !== undefined}
      aria-describedby={problem && `${id}problem`}
      placeholder={t('queryPlaceholder')}
      spellCheck={false}
      autoComplete="off"
      value={query.typed}
      onChange={({ target }) => {
        const caret = target.selectionStart ?? target.value.length;
        query.type(target.value);
        onCaret(caret);
        list.follow(target.value, caret);
      }}
      onSelect={({ currentTarget }) => onCaret(currentTarget.selectionStart ?? 0)}
      onScroll={({ currentTarget }) => onScroll(currentTarget.scrollLeft)}
      onBlur={() => {
        list.close();
        query.leave();
      }}
      onPointerDown={() => list.close()}
      onKeyDown={onKeyDown}
    />
  );
}

interface ButtonsProps {
  readonly typed: string;
  readonly recent: readonly string[];
  readonly anchor: () => Anchor | null;
  readonly onChoose: (text: string) => void;
  readonly onClear: () => void;
}

function Buttons({ typed, recent, anchor, onChoose, onClear }: ButtonsProps) {
  const [earlier, setEarlier] = useState<Anchor | null>(null);
  const close = useCallback(() => setEarlier(null), []);
  return (
    <>
      {recent.length > 0 && <IconButton icon="history" label={t('queryHistory')} onAct={() => setEarlier(anchor())} />}
      {typed !== '' && <IconButton icon="close" label={t('clearFilter')} onAct={onClear} />}
      {earlier && (
        <Menu
          label={t('queryHistory')}
          anchor={earlier}
          sections={[recent.map((each) => ({ label: each, onAct: () => onChoose(each) }))]}
          onClose={close}
        />
      )}
    </>
  );
}

/** The names and values of the table, for as long as the same is known of what is better. */
function useWords({ reader, session }: ExperimentSession, { better }: TableView): QueryWords {
  return useMemo(
    () =>
      new QueryWords(reader.table, better, session.host.channel, (error) =>
        session.host.logError('reading the values', error),
      ),
    [reader, session, better],
  );
}
