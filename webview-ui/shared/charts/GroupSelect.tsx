import { Select } from '../controls';
import { t } from '../strings';
import type { GroupStyle } from './arrangement';

interface Props {
  readonly groups: GroupStyle | null;
  readonly onChange: (groups: GroupStyle | null) => void;
  /** No room for words. */
  readonly isCompact: boolean;
}

const styles = {
  off: null,
  meanStd: { centre: 'mean', spread: 'std' },
  meanSe: { centre: 'mean', spread: 'se' },
  meanCi95: { centre: 'mean', spread: 'ci95' },
  meanRange: { centre: 'mean', spread: 'range' },
  medianIqr: { centre: 'median', spread: 'iqr' },
  medianRange: { centre: 'median', spread: 'range' },
  medianStd: { centre: 'median', spread: 'std' },
} as const satisfies Record<string, GroupStyle | null>;
const names = Object.keys(styles) as (keyof typeof styles)[];

/** How the runs of a group become one curve. */
export function GroupSelect({ groups, onChange, isCompact }: Props) {
  const isIt = (name: keyof typeof styles): boolean => {
    const style = styles[name];
    return style === null ? groups === null : style.centre === groups?.centre && style.spread === groups.spread;
  };
  return (
    <Select
      label={t('groupsInCharts')}
      icon={isCompact ? 'groupBy' : undefined}
      value={names.find(isIt) ?? 'meanStd'}
      options={names.map((name) => ({ value: name, label: groupStyleText(styles[name]) }))}
      onChange={(name) => onChange(styles[name])}
    />
  );
}

/** `Mean ± std`, `Median, quartiles`. */
export function groupStyleText(style: GroupStyle | null): string {
  if (!style) {
    return t('groupsOff');
  }
  const { centre, spread } = style;
  const mean = { std: 'meanStd', se: 'meanSe', ci95: 'meanCi95', iqr: 'meanIqr', range: 'meanRange' } as const;
  const median = {
    std: 'medianStd',
    se: 'medianSe',
    ci95: 'medianCi95',
    iqr: 'medianIqr',
    range: 'medianRange',
  } as const;
  return t(centre === 'mean' ? mean[spread] : median[spread]);
}
