import { useEffect, useLayoutEffect, useRef, type FocusEvent, type KeyboardEvent, type SyntheticEvent } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  /** It may have several lines: the field grows with them. */
  readonly hasLines?: boolean;
  /** Called once: with the new text, or undefined where nothing is to be changed. */
  readonly onEnd: (value: string | undefined) => void;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Taller ones scroll; CSS pixels. */
const mostHeight = 200;

/**
 * A text that is changed in its place: Enter and leaving it save, Escape restores. Where it may have lines, Shift+Enter and Alt+Enter begin
 * another one.
 */
export function EditField({ label, value, hasLines = false, onEnd }: Props) {
  const field = useRef<Field | null>(null);
  const isDone = useRef(false);
  useLayoutEffect(() => grow(field.current), []);
  useEffect(() => field.current?.select(), []);
  // As fields give it back: what was not touched is not to be saved with other ends of lines, or without any.
  const before = value.replace(/\r\n?/g, '\n');
  const isLong = hasLines || before.includes('\n');
  const end = (text: string | undefined): void => {
    if (!isDone.current) {
      isDone.current = true;
      onEnd(text === before ? undefined : value.includes('\r\n') ? text?.replaceAll('\n', '\r\n') : text);
    }
  };
  const stop = (event: SyntheticEvent): void => event.stopPropagation();
  const shared = {
    ref: (element: Field | null) => {
      field.current = element;
    },
    className: 'lb-edit',
    'aria-label': label,
    defaultValue: value,
    autoFocus: true,
    spellCheck: false,
    onBlur: (event: FocusEvent<Field>) => end(event.target.value),
    onPointerDown: stop,
    onDoubleClick: stop,
    onKeyDown: (event: KeyboardEvent<Field>) => {
      event.stopPropagation();
      const isNewLine = event.key === 'Enter' && (event.shiftKey || event.altKey) && isLong;
      if (isNewLine && event.altKey) {
        event.preventDefault();
        // By the browser's own editing, so that Ctrl+Z takes it back.
        document.execCommand('insertText', false, '\n');
      }
      // What a script's keyboard composes, it ends with Enter, too.
      if ((event.key === 'Enter' || event.key === 'Escape') && !isNewLine && !event.nativeEvent.isComposing) {
        event.preventDefault();
        end(event.key === 'Enter' ? event.currentTarget.value : undefined);
      }
    },
  };
  return isLong ? (
    <textarea rows={1} onInput={({ currentTarget }) => grow(currentTarget)} {...shared} />
  ) : (
    <input type="text" {...shared} />
  );
}

/** As high as its lines are; upwards where the table ends below it. */
function grow(field: Field | null): void {
  if (!(field instanceof HTMLTextAreaElement)) {
    return;
  }
  field.style.height = '0';
  const borders = field.offsetHeight - field.clientHeight;
  const height = Math.min(mostHeight, field.scrollHeight + borders);
  field.style.height = `${height}px`;
  const cell = field.parentElement?.getBoundingClientRect();
  const table = field.closest('.lb-table-box')?.getBoundingClientRect();
  const isUp = cell && table && cell.top + height > table.bottom && cell.bottom - height >= table.top;
  field.classList.toggle('lb-upwards', isUp === true);
}
