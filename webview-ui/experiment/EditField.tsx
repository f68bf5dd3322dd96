import { useEffect, useRef, type FocusEvent, type KeyboardEvent, type SyntheticEvent } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  /** Called once: with the new text, or undefined where nothing is to be changed. */
  readonly onEnd: (value: string | undefined) => void;
}

type Field = HTMLInputElement | HTMLTextAreaElement;

/** A text that is changed in its place: Enter and leaving it save, Escape restores. Where it has lines, Shift+Enter begins another one. */
export function EditField({ label, value, onEnd }: Props) {
  const field = useRef<Field | null>(null);
  const isDone = useRef(false);
  useEffect(() => field.current?.select(), []);
  // As fields give it back: what was not touched is not to be saved with other ends of lines, or without any.
  const before = value.replace(/\r\n?/g, '\n');
  const end = (text: string | undefined): void => {
    if (!isDone.current) {
      isDone.current = true;
      onEnd(text === before ? undefined : text);
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
      const isNewLine = event.key === 'Enter' && event.shiftKey && before.includes('\n');
      // What a script's keyboard composes, it ends with Enter, too.
      if ((event.key === 'Enter' || event.key === 'Escape') && !isNewLine && !event.nativeEvent.isComposing) {
        event.preventDefault();
        end(event.key === 'Enter' ? event.currentTarget.value : undefined);
      }
    },
  };
  return before.includes('\n') ? <textarea rows={1} {...shared} /> : <input type="text" {...shared} />;
}
