/** What the trash shows, as pure functions. */
import { compareInt64 } from '../../core/int64';
import { formatAgo, formatBytes, formatInstant } from '../../core/format';
import type { Experiment, Run } from '../../core/model';
import type { PurgeItem } from '../../protocol/extras';
import { inMarkdown, oneLine, type Translate } from '../platform/text';
import type { NodeView } from './model';

export type TrashRef =
  | { readonly kind: 'experiment'; readonly id: string; readonly experimentId: string }
  | { readonly kind: 'run'; readonly id: string; readonly runId: string; readonly experimentId: string };

export interface Trash {
  readonly experiments: readonly Experiment[];
  readonly runs: readonly Run[];
  /** Names of the experiments that the runs belong to. */
  readonly names: ReadonlyMap<string, string>;
  /** Sizes and times, by kind and id; empty where the server does not know, or was not asked yet. */
  readonly items: ReadonlyMap<string, PurgeItem>;
  /** True where more runs are in the trash than are listed. */
  readonly more: boolean;
}

export const emptyTrash: Trash = { experiments: [], runs: [], names: new Map(), items: new Map(), more: false };

export const itemKey = (kind: PurgeItem['kind'], id: string): string => `${kind}:${id}`;

const itemOf = (ref: TrashRef, trash: Trash): PurgeItem | undefined =>
  trash.items.get(itemKey(ref.kind, ref.kind === 'run' ? ref.runId : ref.experimentId));

/**
 * Deleted experiments, then deleted runs of experiments that are not deleted themselves: those come back with theirs. What was
 * deleted last comes first, where that is known.
 */
export function trashRefs(trash: Trash): TrashRef[] {
  const experiments = [...trash.experiments].sort((a, b) => compareInt64(b.updatedAt, a.updatedAt));
  const deletedAt = ({ info }: Run): number =>
    trash.items.get(itemKey('run', info.id))?.deleted ?? Number(info.startTime);
  const runs = [...trash.runs].sort((a, b) => deletedAt(b) - deletedAt(a));
  return [
    ...experiments.map(({ id }): TrashRef => ({
      kind: 'experiment',
      id: `deleted-experiment:${id}`,
      experimentId: id,
    })),
    ...runs.map(({ info }): TrashRef => ({
      kind: 'run',
      id: `deleted-run:${info.id}`,
      runId: info.id,
      experimentId: info.experimentId,
    })),
  ];
}

export function trashView(ref: TrashRef, trash: Trash, now: number, t: Translate): NodeView | undefined {
  const item = itemOf(ref, trash);
  const facts = item ? [formatAgo(item.deleted, now), formatBytes(item.bytes)] : [];
  if (ref.kind === 'experiment') {
    const experiment = trash.experiments.find(({ id }) => id === ref.experimentId);
    const runs = item && (item.runs === 1 ? t('1 run') : t('{0} runs', item.runs));
    return (
      experiment && {
        id: ref.id,
        label: oneLine(experiment.name),
        description: (runs === undefined ? [t('experiment')] : [runs, ...facts]).join(' · '),
        icon: { name: 'beaker' },
        expandable: false,
        contextValue: 'experiment;deleted;',
        accessibleName:
          item && runs !== undefined
            ? t(
                '{0}, experiment with {1}, moved to the trash {2}, {3}',
                oneLine(experiment.name),
                runs,
                formatAgo(item.deleted, now),
                formatBytes(item.bytes),
              )
            : t('{0}, experiment in the trash', oneLine(experiment.name)),
      }
    );
  }
  const run = trash.runs.find(({ info }) => info.id === ref.runId);
  return run && runView(ref, run, { experimentName: trash.names.get(ref.experimentId), item, now }, t);
}

function runView(
  { id, experimentId }: Extract<TrashRef, { kind: 'run' }>,
  { info }: Run,
  about: { readonly experimentName: string | undefined; readonly item: PurgeItem | undefined; readonly now: number },
  t: Translate,
): NodeView {
  const { item, now } = about;
  const label = oneLine(info.name) || info.id;
  const experiment = oneLine(about.experimentName ?? experimentId, 60);
  const facts = item ? ([formatAgo(item.deleted, now), formatBytes(item.bytes)] as const) : undefined;
  return {
    id,
    label,
    description: [experiment, ...(facts ?? [])].join(' · '),
    icon: { name: 'trash' },
    expandable: false,
    contextValue: `run;status=${info.status.toLowerCase()};deleted;`,
    accessibleName: facts
      ? t('{0}, run of {1}, moved to the trash {2}, {3}', label, experiment, ...facts)
      : t('{0}, run of {1}, in the trash', label, experiment),
  };
}

/** What stands beside the view's title: how much there is, and what it takes. */
export function trashSummary(trash: Trash, t: Translate): string {
  const { length: runs } = trash.runs;
  const { length: experiments } = trash.experiments;
  const bytes = [...trash.items.values()].reduce((sum, item) => sum + item.bytes, 0);
  return [
    experiments === 0 ? '' : experiments === 1 ? t('1 experiment') : t('{0} experiments', experiments),
    runs === 0 ? '' : trash.more ? t('{0}+ runs', runs) : runs === 1 ? t('1 run') : t('{0} runs', runs),
    trash.items.size === 0 ? '' : formatBytes(bytes),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

export function trashTooltip(ref: TrashRef, trash: Trash, t: Translate): string | undefined {
  const item = itemOf(ref, trash);
  const moved = item === undefined ? [] : [inMarkdown(t('Moved to the trash {0}', formatInstant(item.deleted).local))];
  if (ref.kind === 'experiment') {
    const name = trash.experiments.find(({ id }) => id === ref.experimentId)?.name;
    return name === undefined
      ? undefined
      : [`**${inMarkdown(name)}**`, t('Restoring it brings its runs back.'), ...moved].join('\n\n');
  }
  const run = trash.runs.find(({ info }) => info.id === ref.runId);
  return (
    run &&
    [
      `**${inMarkdown(run.info.name)}**`,
      [inMarkdown(t('Started {0}', formatInstant(run.info.startTime).local)), ...moved].join('  \n'),
    ].join('\n\n')
  );
}
