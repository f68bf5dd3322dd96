import { useCallback, useState, type ReactNode, type RefObject } from 'react';
import { anchorOf, Popup, type Anchor } from '../../shared/Popup';
import { t } from '../../shared/strings';
import { queryExamples } from './queryExamples';

interface Props {
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/** Opens the help under the line, which gets the focus back. @param close closes what else hangs under it */
export function useQueryHelp(
  input: RefObject<HTMLInputElement | null>,
  close: () => void,
): { readonly open: () => void; readonly element: ReactNode } {
  const [anchor, setAnchor] = useState<Anchor | null>(null);
  const onClose = useCallback(() => setAnchor(null), []);
  const open = (): void => {
    close();
    input.current?.focus();
    setAnchor(input.current && anchorOf(input.current));
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
