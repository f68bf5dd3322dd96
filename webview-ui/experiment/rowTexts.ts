import { formatCount } from '../../src/core/format';
import type { RunMark } from '../shared/lostRuns';
import { t } from '../shared/strings';
import { statusWord } from '../shared/Swatch';
import { columnName } from './columnTexts';
import type { Verdict } from './table/best';
import { cellView, type CellContext } from './table/cellView';
import { fieldOf } from './table/fields';
import type { Group } from './table/grouping';
import type { TableView } from './tableModel';

/** The text over a group's runs: its values. */
export function groupName(group: Group): string {
  return group.values
    .map((value) => (value === undefined ? t('noValue') : value === '' ? t('emptyValue') : value))
    .join(' · ');
}

/** What a group's value is of, where it is one: a lone number would say nothing. */
export function groupTitle({ fields }: Group): string | undefined {
  const [only, ...others] = fields;
  return only !== undefined && others.length === 0 ? fieldOf(only)?.key : undefined;
}

export function groupRowName(group: Group): string {
  const count = group.slots.length;
  const title = groupTitle(group);
  const name = title === undefined ? groupName(group) : `${title} ${groupName(group)}`;
  return t(count === 1 ? 'groupRowOne' : 'groupRowMany', name, formatCount(count));
}

/** `r50-mixup-s0, finished, shown, val/acc max 0.8013, +0.0393 to baseline` (ui.md 10) */
export function rowName(slot: number, mark: RunMark, isShown: boolean, view: TableView, context: CellContext): string {
  const { table, primary } = view;
  const name = table.name[slot] ?? '';
  const status = statusWord(mark).toLowerCase();
  const shown = isShown ? t('shownWord') : t('notShownWord');
  const column = primary && view.column({ kind: 'metric', ...primary });
  const cell = column && cellView(column, slot, context);
  if (!column || cell?.kind !== 'number') {
    return t('rowName', name, status, shown);
  }
  const { text, delta } = cell;
  const start = [name, status, shown, columnName(column), text] as const;
  return delta ? t(rowNames[delta.verdict ?? 'neither'], ...start, delta.text) : t('rowNameMetric', ...start);
}

const rowNames = { better: 'rowNameBetter', worse: 'rowNameWorse', neither: 'rowNameDelta' } as const;

/** A difference to the baseline with the word for what it means. */
export function judged(difference: string, verdict: Verdict): string {
  return t(verdict === 'better' ? 'judgedBetter' : 'judgedWorse', difference);
}
