import { useMemo, type ReactNode } from 'react';
import { scan, type ScannedToken } from '../../../src/core/search/tokens';
import { longestInColour } from './parseQuery';

interface Props {
  readonly text: string;
  /** What is wrong: drawn with a wavy line. */
  readonly wrong: { readonly offset: number; readonly length: number } | undefined;
  /** Pixels by which the text is scrolled to the left. */
  readonly scroll: number;
}

const words = /^(?:and|or|not|in|is|null|like|ilike|between|matches)$/i;

/** The query in colours, behind the transparent text of the input; never read aloud. */
export function QueryText({ text, wrong, scroll }: Props) {
  const pieces = useMemo(() => piecesOf(text, wrong), [text, wrong]);
  return (
    <div className="lb-query-text" aria-hidden="true">
      <span style={{ transform: `translateX(${-scroll}px)` }}>{pieces}</span>
    </div>
  );
}

function piecesOf(text: string, wrong: Props['wrong']): ReactNode[] {
  const marks = wrong ? [wrong.offset, wrong.offset + Math.max(1, wrong.length)] : [];
  const tokens = text.length > longestInColour ? [] : scan(text);
  const edges = new Set([0, text.length, ...marks.filter((each) => each <= text.length)]);
  for (const { offset, length } of tokens) {
    edges.add(offset).add(offset + length);
  }
  const places = [...edges].sort((a, b) => a - b);
  const pieces: ReactNode[] = [];
  let index = 0;
  places.forEach((from, i) => {
    const to = places[i + 1];
    if (to === undefined || to === from) {
      return;
    }
    while ((tokens[index]?.offset ?? Infinity) + (tokens[index]?.length ?? 0) <= from) {
      index++;
    }
    const token = tokens[index];
    const kind = token && token.offset <= from ? kindOf(token) : '';
    const isWrong = wrong !== undefined && from >= (marks[0] ?? 0) && to <= (marks[1] ?? 0);
    const classes = [kind && `lb-token-${kind}`, isWrong ? 'lb-wavy' : ''].filter(Boolean).join(' ');
    pieces.push(
      <span key={from} className={classes || undefined}>
        {text.slice(from, to)}
      </span>,
    );
  });
  // Where the error is behind the end, there is nothing to underline but the space that comes next.
  if (wrong && (marks[0] ?? 0) >= text.length) {
    pieces.push(
      <span key="end" className="lb-wavy">
        {' '}
      </span>,
    );
  }
  return pieces;
}

function kindOf(token: ScannedToken): string {
  switch (token.kind) {
    case 'name':
      return token.prefix === undefined && words.test(token.text) ? 'word' : 'name';
    case 'duration':
    case 'date':
      return 'number';
    case 'operator':
      return 'word';
    default:
      return token.kind;
  }
}
