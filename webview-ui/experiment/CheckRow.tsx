import { Icon } from '../shared/Icon';

interface Props {
  readonly label: string;
  readonly title?: string;
  /** `mixed`: some of what is under it. */
  readonly on: boolean | 'mixed';
  readonly isStrong?: boolean;
  readonly onChange: (on: boolean) => void;
}

/** A checkbox with its label, as VS Code's. */
export function CheckRow({ label, title = label, on, isStrong = false, onChange }: Props) {
  return (
    <button
      type="button"
      role="checkbox"
      className="lb-check"
      aria-checked={on}
      title={title}
      onClick={() => onChange(on !== true)}
    >
      <i>{on !== false && <Icon name={on === 'mixed' ? 'dash' : 'check'} small />}</i>
      {isStrong ? <b className="lb-cut-text">{label}</b> : <span className="lb-cut-text">{label}</span>}
    </button>
  );
}
