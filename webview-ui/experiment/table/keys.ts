/** What the keys do in the table (ui.md 4). Pure. */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type TableCommand =
  | {
      readonly do: 'move';
      readonly by: 'line' | 'page' | 'end';
      readonly sign: 1 | -1;
      readonly shift: boolean;
      readonly ctrl: boolean;
    }
  | { readonly do: 'cell'; readonly sign: 1 | -1 }
  | { readonly do: 'toggle' | 'shown' | 'rename' | 'delete' | 'all' | 'copy' | 'find' | 'undo' | 'escape' | 'menu' }
  | { readonly do: 'open'; readonly toSide: boolean; readonly adding: boolean }
  | { readonly do: 'type'; readonly letter: string };

/** @param isMac Cmd takes the place of Ctrl */
export function commandOf(press: KeyPress, isMac: boolean): TableCommand | undefined {
  const ctrl = isMac ? press.metaKey : press.ctrlKey;
  const { key, shiftKey: shift, altKey: alt } = press;
  if (alt) {
    return undefined;
  }
  const move = (by: 'line' | 'page' | 'end', sign: 1 | -1): TableCommand => ({ do: 'move', by, sign, shift, ctrl });
  switch (key) {
    case 'ArrowUp':
      return move('line', -1);
    case 'ArrowDown':
      return move('line', 1);
    case 'PageUp':
      return move('page', -1);
    case 'PageDown':
      return move('page', 1);
    case 'Home':
      return move('end', -1);
    case 'End':
      return move('end', 1);
    case 'ArrowLeft':
      return { do: 'cell', sign: -1 };
    case 'ArrowRight':
      return { do: 'cell', sign: 1 };
    case 'Enter':
      return { do: 'open', toSide: ctrl, adding: shift };
    case ' ':
      // Cmd+Space is the system's on macOS; Ctrl works there too.
      return { do: ctrl || press.ctrlKey ? 'toggle' : 'shown' };
    case 'F2':
      return { do: 'rename' };
    case 'Delete':
      return { do: 'delete' };
    case 'Backspace':
      return isMac && ctrl ? { do: 'delete' } : undefined;
    case 'Escape':
      return { do: 'escape' };
    case 'ContextMenu':
      return { do: 'menu' };
    case 'F10':
      return shift ? { do: 'menu' } : undefined;
    default:
      return letterCommand(key, ctrl, shift);
  }
}

const letters = [
  { letter: 'a', do: 'all' },
  { letter: 'c', do: 'copy' },
  { letter: 'f', do: 'find' },
  { letter: 'z', do: 'undo' },
] as const;

function letterCommand(key: string, ctrl: boolean, shift: boolean): TableCommand | undefined {
  if (ctrl) {
    const letter = key.toLowerCase();
    // Ctrl+Shift+Z is Redo, of which there is none.
    const known = letters.find((each) => each.letter === letter && !(shift && each.do === 'undo'));
    return known && { do: known.do };
  }
  return [...key].length === 1 ? { do: 'type', letter: key } : undefined;
}
