import { useState } from 'react';
import { formatCount } from '../../src/core/format';
import { t } from '../shared/strings';
import type { TableView } from './tableModel';

/** How many runs a filter leaves, said once when it is there: that live runs come and go is not said each time (ui.md 10). */
export function useSpokenFilter({ filter, filterText, runs, table }: TableView): string {
  const [said, setSaid] = useState({ of: '', text: '' });
  const of = filter ? filterText : '';
  if (said.of !== of) {
    const text = filter ? t('spokenFilter', formatCount(runs.length), formatCount(table.size)) : '';
    setSaid({ of, text });
  }
  return said.text;
}
