import { useEffect, useRef } from 'react';
import type { Completion, Completions } from '../../../src/core/search/completions';
import { formatCount } from '../../../src/core/format';
import { Icon, type IconName } from '../../shared/Icon';
import { t, tCount } from '../../shared/strings';
import type { QueryWords } from './queryWords';

interface Props {
  readonly id: string;
  readonly completions: Completions;
  /** Index of the option that Enter takes; -1: none. */
  readonly active: number;
  readonly words: QueryWords;
  readonly onChoose: (option: Completion) => void;
  readonly onHelp: () => void;
}

const icons: Partial<Record<Completion['kind'], IconName>> = {
  metric: 'graphLine',
  param: 'settings',
  tag: 'tag',
  attribute: 'info',
  figure: 'pulse',
};

export function optionId(id: string, index: number): string {
  return `${id}-${index}`;
}

/** What can stand at the caret. The focus stays in the line. */
export function Suggestions({ id, completions, active, words, onChoose, onHelp }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const { options, more } = completions;
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, options]);
  return (
    <div className="lb-suggestions" data-place={completions.from}>
      <div ref={list} role="listbox" id={id} aria-label={t('queryOptions')}>
        {options.map((option, index) => (
          <Option
            key={`${option.kind} ${option.label}`}
            id={optionId(id, index)}
            option={option}
            isActive={index === active}
            detail={detailOf(option, words)}
            onChoose={onChoose}
          />
        ))}
      </div>
      <div className="lb-suggestions-foot" aria-hidden="true">
        {more > 0 && <span className="lb-dim lb-suggestions-more">{t('moreColumns', formatCount(more))}</span>}
        <span>
          <kbd>Tab</kbd> {t('queryInsert')}
        </span>
        <span>
          <kbd>Ctrl</kbd> <kbd>Space</kbd> {t('queryAllNames')}
        </span>
        <span className="lb-grow" />
        {/* The focus stays in the line. */}
        <button
          type="button"
          className="lb-link"
          tabIndex={-1}
          onMouseDown={(e) => e.preventDefault()}
          onClick={onHelp}
        >
          {t('queryHelp')}
        </button>
      </div>
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly option: Completion;
  readonly isActive: boolean;
  readonly detail: string;
  readonly onChoose: (option: Completion) => void;
}

function Option({ id, option, isActive, detail, onChoose }: OptionProps) {
  const { kind, label, match } = option;
  const icon = icons[kind];
  const [from, to] = match;
  const shown = label === '' ? t('emptyValue') : label;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      aria-label={[shown, kindText(kind), detail].filter((each) => each !== '').join(', ')}
      // The press would take the focus from the line.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onChoose(option)}
    >
      {icon ? <Icon name={icon} /> : <span className="lb-icon" />}
      <span className={label === '' ? 'lb-cut-text lb-faint' : 'lb-cut-text lb-mono'} title={shown}>
        {to > from ? (
          <>
            {label.slice(0, from)}
            <b>{label.slice(from, to)}</b>
            {label.slice(to)}
          </>
        ) : (
          shown
        )}
      </span>
      <span className="lb-grow" />
      <span className="lb-option-detail">{detail}</span>
    </div>
  );
}

function kindText(kind: Completion['kind']): string {
  switch (kind) {
    case 'metric':
      return t('kindMetric');
    case 'param':
      return t('kindParam');
    case 'tag':
      return t('kindTag');
    case 'attribute':
      return t('kindAttribute');
    default:
      return '';
  }
}

/** How many runs have it, and which values these are where they are few: `3 runs · true`. */
function detailOf({ kind, key, runs }: Completion, words: QueryWords): string {
  if (runs === undefined) {
    return '';
  }
  const count = tCount('runsOne', 'runsMany', runs, formatCount(runs));
  const values = kind === 'param' || kind === 'tag' ? (words.firstValues(kind, key) ?? []) : [];
  if (values.length === 0) {
    return count;
  }
  const few = values.length <= 2 ? values.join(', ') : '';
  const isShort = few !== '' && few.length <= 24;
  return `${count} · ${isShort ? few : tCount('valuesOne', 'valuesMany', values.length, formatCount(values.length))}`;
}
