import { Popup, type Anchor } from '../shared/Popup';

interface Props {
  /** A question, or the name of what is asked for. */
  readonly label: string;
  readonly initial: number;
  readonly anchor: Anchor;
  /** Not told of anything but a whole number. */
  readonly onAnswer: (answer: number) => void;
  readonly onClose: () => void;
}

/** Asks for a whole number. */
export function NumberQuestion({ label, initial, anchor, onAnswer, onClose }: Props) {
  return (
    <Popup anchor={anchor} role="dialog" label={label} className="lb-question" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = new FormData(event.currentTarget).get('answer');
          const answer = typeof text === 'string' && text.trim() !== '' ? Number(text) : NaN;
          if (Number.isSafeInteger(answer)) {
            onAnswer(answer);
          }
          onClose();
        }}
      >
        <label>
          {/* The popup gives it the focus, and gives it back. */}
          {label}{' '}
          <input
            name="answer"
            type="number"
            step={1}
            defaultValue={initial}
            onFocus={(event) => event.currentTarget.select()}
          />
        </label>
      </form>
    </Popup>
  );
}
