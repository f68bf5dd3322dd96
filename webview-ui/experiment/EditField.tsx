import { useEffect, useRef } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  /** Called once: with the new text, or undefined where nothing is to be changed. */
  readonly onEnd: (value: string | undefined) => void;
}

/** A text that is changed in its place: Enter and leaving it save, Escape restores. */
export function EditField({ label, value, onEnd }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => input.current?.select(), []);
  const end = (text: string | undefined): void => {
    if (!isDone.current) {
      isDone.current = true;
      onEnd(text === value ? undefined : text);
    }
  };
  return (
    <input
      ref={input}
      className="lb-edit"
      type="text"
      aria-label={label}
      defaultValue={value}
      autoFocus
      spellCheck={false}
      onBlur={(event) => end(event.target.value)}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter' || event.key === 'Escape') {
          event.preventDefault();
          end(event.key === 'Enter' ? event.currentTarget.value : undefined);
        }
      }}
    />
  );
}
