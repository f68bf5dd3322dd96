import { useEffect, useRef, useState } from 'react';
import { formatCount } from '../../src/core/format';
import { t } from '../shared/strings';
import { statusWord } from '../shared/Swatch';
import type { TableView } from './tableModel';

/** What is to be said of runs that went on and have ended; values are never said (ui.md 10). */
export function useSpokenEnds(view: TableView): string {
  const going = useRef<readonly string[]>([]);
  const [text, setText] = useState('');
  useEffect(() => {
    const { table } = view;
    const ended = going.current.flatMap((id) => {
      const slot = table.slotOf(id);
      const status = slot === undefined ? undefined : table.status[slot];
      return slot === undefined || status === undefined || status === 'RUNNING'
        ? []
        : [{ name: table.name[slot] ?? '', status }];
    });
    going.current = Array.from(table.order)
      .filter((slot) => table.status[slot] === 'RUNNING')
      .flatMap((slot) => table.id[slot] ?? []);
    const [first] = ended;
    if (first) {
      setText(
        ended.length === 1
          ? t('spokenEnd', first.name, statusWord(first.status).toLowerCase())
          : t('spokenEnds', formatCount(ended.length)),
      );
    }
  }, [view]);
  return text;
}
