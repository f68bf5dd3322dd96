import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from './Icon';
import { Popup, type Anchor } from './Popup';

export interface MenuAction {
  readonly label: string;
  readonly onAct: () => void;
  /** How the key is written that does the same. */
  readonly keys?: string;
  /** A choice: on or off. */
  readonly checked?: boolean;
  /** One of several choices rather than one by itself. */
  readonly isRadio?: boolean;
}

/** What opens more beside it. */
export interface Submenu {
  readonly label: string;
  readonly items: readonly MenuAction[];
}

export type MenuEntry = MenuAction | Submenu;

/** Lists between lines; those without entries are left out. */
export type MenuSections = readonly (readonly MenuEntry[])[];

interface Props {
  readonly label: string;
  readonly anchor: Anchor;
  readonly sections: MenuSections;
  readonly onClose: () => void;
}

/** A menu as VS Code's: arrows, Home, End, letters, Enter. */
export function Menu({ label, anchor, sections, onClose }: Props) {
  return (
    <Popup anchor={anchor} role="menu" label={label} className="lb-menu" onClose={onClose}>
      <List sections={sections} onClose={onClose} />
    </Popup>
  );
}

interface ListProps {
  readonly sections: MenuSections;
  readonly onClose: () => void;
  /** Of a submenu: back to what opened it. */
  readonly onLeave?: () => void;
}

function List({ sections, onClose, onLeave }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string | undefined>(undefined);
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>(':scope > [role="group"] > button') ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    if (onLeave && (event.key === 'ArrowLeft' || event.key === 'Escape')) {
      event.preventDefault();
      event.stopPropagation();
      onLeave();
      return;
    }
    if (event.key === 'ArrowRight' && items[at]?.getAttribute('aria-haspopup') === 'menu') {
      event.preventDefault();
      event.stopPropagation();
      items[at].click();
      return;
    }
    const target = targetOf(event, items, at);
    if (target) {
      event.preventDefault();
      event.stopPropagation();
      target.focus();
    }
  };
  return (
    <div ref={list} onKeyDown={onKeyDown}>
      {sections
        .filter((section) => section.length > 0)
        .map((section, index) => (
          <div key={section[0]?.label ?? index} role="group">
            {section.map((item) =>
              'items' in item ? (
                <Opener
                  key={item.label}
                  item={item}
                  isOpen={open === item.label}
                  onOpen={(isOpen) => setOpen(isOpen ? item.label : undefined)}
                  onClose={onClose}
                />
              ) : (
                <Item key={item.label} item={item} onEnter={() => setOpen(undefined)} onClose={onClose} />
              ),
            )}
          </div>
        ))}
    </div>
  );
}

interface OpenerProps {
  readonly item: Submenu;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onClose: () => void;
}

/** Opens under the pointer, and by a click, Enter or the arrow to the right. */
function Opener({ item, isOpen, onOpen, onClose }: OpenerProps) {
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isEntered, setIsEntered] = useState(false);
  useLayoutEffect(() => {
    const [from, own] = [button.current, box.current];
    if (isOpen && from && own) {
      const { left, right, top } = from.getBoundingClientRect();
      const isRight = right + own.offsetWidth <= window.innerWidth - margin;
      // Where there is no room on either side it lies over its menu.
      own.style.left = `${isRight ? right : Math.max(margin, left - own.offsetWidth)}px`;
      own.style.top = `${Math.max(margin, Math.min(top - margin, window.innerHeight - own.offsetHeight - margin))}px`;
    }
  }, [isOpen]);
  useEffect(() => {
    if (isOpen && isEntered) {
      box.current?.querySelector('button')?.focus();
    }
  }, [isOpen, isEntered]);
  return (
    <>
      <button
        ref={button}
        type="button"
        role="menuitem"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        tabIndex={-1}
        onPointerEnter={(event) => {
          event.currentTarget.focus();
          setIsEntered(false);
          onOpen(true);
        }}
        onClick={() => {
          setIsEntered(true);
          onOpen(true);
        }}
      >
        <span className="lb-menu-check" />
        <span className="lb-grow">{item.label}</span>
        <Icon name="chevronRight" small />
      </button>
      {isOpen && (
        <div ref={box} role="menu" aria-label={item.label} className="lb-popup lb-menu lb-submenu">
          <List
            sections={[item.items]}
            onClose={onClose}
            onLeave={() => {
              button.current?.focus();
              onOpen(false);
            }}
          />
        </div>
      )}
    </>
  );
}

const margin = 4;

interface ItemProps {
  readonly item: MenuAction;
  readonly onEnter: () => void;
  readonly onClose: () => void;
}

function Item({ item, onEnter, onClose }: ItemProps) {
  const { label, onAct, keys, checked, isRadio = false } = item;
  const role = checked === undefined ? 'menuitem' : isRadio ? 'menuitemradio' : 'menuitemcheckbox';
  return (
    <button
      type="button"
      role={role}
      aria-checked={checked}
      tabIndex={-1}
      onPointerEnter={(event) => {
        event.currentTarget.focus();
        onEnter();
      }}
      onClick={() => {
        onClose();
        onAct();
      }}
    >
      <span className="lb-menu-check">{checked === true && <Icon name="check" />}</span>
      <span className="lb-grow">{label}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </button>
  );
}

function targetOf(event: KeyboardEvent, items: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return items[(at + 1) % items.length];
    case 'ArrowUp':
      return items[(at + items.length - (at < 0 ? 0 : 1)) % items.length];
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default: {
      const letter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey ? event.key.toLowerCase() : '';
      const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      return letter === '' ? undefined : after.find((item) => item.textContent.trim().toLowerCase().startsWith(letter));
    }
  }
}
