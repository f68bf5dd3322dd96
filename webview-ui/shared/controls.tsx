import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import { t } from './strings';

interface ButtonProps {
  readonly label: string;
  readonly onAct: () => void;
  readonly icon?: IconName;
  readonly primary?: boolean;
}

export function Button({ label, onAct, icon, primary = false }: ButtonProps) {
  return (
    <button type="button" className={primary ? 'lb-button lb-primary' : 'lb-button'} onClick={onAct}>
      {icon && <Icon name={icon} />}
      <span>{label}</span>
    </button>
  );
}

interface LinkProps {
  readonly label: string;
  readonly onAct: () => void;
  /** Inside of something that is one stop of the Tab key itself, and leads to it by another key. */
  readonly isInner?: boolean;
}

/** A button in the form of a link, for what is done in the flow of a text. */
export function LinkButton({ label, onAct, isInner = false }: LinkProps) {
  return (
    <button type="button" className="lb-link" tabIndex={isInner ? -1 : undefined} onClick={onAct}>
      {label}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** Read aloud and shown on hover. */
  readonly label: string;
  readonly onAct: () => void;
  readonly pressed?: boolean;
}

export function IconButton({ icon, label, onAct, pressed }: IconButtonProps) {
  return (
    <button
      type="button"
      className="lb-icon-button"
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      onClick={onAct}
    >
      <Icon name={icon} />
    </button>
  );
}

interface InnerButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onAct: (button: HTMLElement) => void;
  /** Of what opens a menu. */
  readonly isOpen?: boolean;
}

/** Inside of something that is one stop of the Tab key and can be clicked itself: by key there is another way to the same. */
export function InnerButton({ icon, label, onAct, isOpen }: InnerButtonProps) {
  return (
    <button
      type="button"
      className="lb-icon-button"
      tabIndex={-1}
      title={label}
      aria-label={label}
      aria-haspopup={isOpen === undefined ? undefined : 'menu'}
      aria-expanded={isOpen}
      onClick={(event) => {
        event.stopPropagation();
        onAct(event.currentTarget);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly title?: string;
  /** Instead of the word, where there is no room for it. */
  readonly icon?: IconName | undefined;
}

/** A word that is on or off. */
export function Toggle({ label, on, onChange, title, icon }: ToggleProps) {
  return (
    <button
      type="button"
      className={icon ? 'lb-toggle lb-toggle-icon' : 'lb-toggle'}
      aria-pressed={on}
      aria-label={icon && label}
      title={icon && title ? `${label}: ${title}` : title}
      onClick={() => onChange(!on)}
    >
      {icon ? <Icon name={icon} /> : label}
    </button>
  );
}

interface FindProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function Find({ label, text, onChange }: FindProps) {
  return (
    <div className="lb-find">
      <Icon name="search" />
      <input
        type="text"
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation();
            onChange('');
          }
        }}
      />
      {text !== '' && <IconButton icon="close" label={t('clearFind')} onAct={() => onChange('')} />}
    </div>
  );
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  /** Without the label in front: what it is of is seen from what stands beside it. */
  readonly isBare?: boolean;
  /** All that is seen of it where there is no room for words; the rest is in its title. */
  readonly icon?: IconName | undefined;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, isBare = false, icon } = props;
  const current = options.find((option) => option.value === value)?.label ?? '';
  const look = icon ? ' lb-icon-select' : isBare ? ' lb-bare' : '';
  return (
    <label className={`lb-select${look}`} title={icon && `${label}: ${current}`}>
      {icon ? <Icon name={icon} /> : !isBare && <span className="lb-dim">{label}</span>}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const chosen = options.find((each) => each.value === event.target.value);
          if (chosen) {
            onChange(chosen.value);
          }
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {!icon && <Icon name="chevronDown" small />}
    </label>
  );
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly count?: string | undefined;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
  readonly onChange: (id: string) => void;
}

/** One stop of the Tab key; arrows, Home and End go from tab to tab and open them. */
export function Tabs({ label, tabs, current, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === current);
    const targets: Partial<Record<string, number>> = {
      ArrowLeft: (at - 1 + tabs.length) % tabs.length,
      ArrowRight: (at + 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = targets[event.key];
    const tab = target === undefined ? undefined : tabs[target];
    if (tab && target !== undefined) {
      event.preventDefault();
      onChange(tab.id);
      const next = list.current?.children[target];
      if (next instanceof HTMLElement) {
        next.focus();
      }
    }
  };
  return (
    <div ref={list} className="lb-tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === current}
          aria-controls={tab.id === current ? `tabpanel-${tab.id}` : undefined}
          tabIndex={tab.id === current ? 0 : -1}
          onClick={() => onChange(tab.id)}
        >
          {tab.label}
          {tab.count !== undefined && <span className="lb-count">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className="lb-tabpanel" role="tabpanel" id={`tabpanel-${id}`} aria-labelledby={`tab-${id}`}>
      {children}
    </div>
  );
}
