import { useCallback, useEffect, useState, type ReactNode, type RefObject } from 'react';
import { anchorOf, Popup, type Anchor } from '../../shared/Popup';
import type { Store } from '../../shared/store';
import { t } from '../../shared/strings';
import { queryExamples } from './queryExamples';

interface Props {
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/**
 * The help under the line, which gets the focus back, while it is wanted.
 * @param close closes what else hangs under the line
 */
export function useQueryHelp(
  input: RefObject<HTMLInputElement | null>,
  close: () => void,
  wanted: Store<boolean>,
): { readonly open: () => void; readonly element: ReactNode } {
  const [anchor, setAnchor] = useState<Anchor | null>(null);
  const onClose = useCallback(() => wanted.set(false), [wanted]);
  useEffect(
    () =>
      wanted.subscribe(() => {
        const line = wanted.get() ? input.current : null;
        line?.focus();
        setAnchor(line && anchorOf(line));
      }),
    [wanted, input],
  );
  const open = (): void => {
    close();
    wanted.set(true);
  };
  return { open, element: anchor && <QueryHelp anchor={anchor} onClose={onClose} /> };
}

/** What can be written into the query line, by example. */
function QueryHelp({ anchor, onClose }: Props) {
  return (
    <Popup anchor={anchor} role="dialog" label={t('queryHelp')} className="lb-query-help" onClose={onClose}>
      <p>{t('queryHelpNote')}</p>
      <dl>
        {queryExamples.map(({ text, meaning }) => (
          <div key={text}>
            <dt className="lb-mono">{text}</dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </Popup>
  );
}
