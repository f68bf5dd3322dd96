import { useRef, type KeyboardEvent } from 'react';
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

/** Lists between lines; those without entries are left out. */
export type MenuSections = readonly (readonly MenuAction[])[];

interface Props {
  readonly label: string;
  readonly anchor: Anchor;
  readonly sections: MenuSections;
  readonly onClose: () => void;
}

/** A menu as VS Code's: arrows, Home, End, letters, Enter. */
export function Menu({ label, anchor, sections, onClose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    const target = targetOf(event, items, at);
    if (target) {
      event.preventDefault();
      event.stopPropagation();
      target.focus();
    }
  };
  return (
    <Popup anchor={anchor} role="menu" label={label} className="lb-menu" onClose={onClose}>
      <div ref={list} onKeyDown={onKeyDown}>
        {sections
          .filter((section) => section.length > 0)
          .map((section, index) => (
            <div key={section[0]?.label ?? index} role="group">
              {section.map((item) => (
                <Item key={item.label} item={item} onClose={onClose} />
              ))}
            </div>
          ))}
      </div>
    </Popup>
  );
}

function Item({ item, onClose }: { readonly item: MenuAction; readonly onClose: () => void }) {
  const { label, onAct, keys, checked, isRadio = false } = item;
  const role = checked === undefined ? 'menuitem' : isRadio ? 'menuitemradio' : 'menuitemcheckbox';
  return (
    <button
      type="button"
      role={role}
      aria-checked={checked}
      tabIndex={-1}
      onPointerEnter={(event) => event.currentTarget.focus()}
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
