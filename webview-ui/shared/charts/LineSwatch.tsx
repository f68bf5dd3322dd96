import type { RunLook } from '../palette';

/** A piece of a run's line, as in a legend. */
export function LineSwatch({ look }: { readonly look: RunLook }) {
  return (
    <svg className="lb-line-swatch" viewBox="0 0 18 8" aria-hidden="true">
      <path d="M1 4h16" stroke={look.colour} strokeWidth={2} strokeDasharray={look.dash.join(' ')} fill="none" />
    </svg>
  );
}
