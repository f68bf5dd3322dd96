/** What the trash shows, as pure functions. */
import { compareInt64 } from '../../core/int64';
import { formatInstant } from '../../core/format';
import type { Experiment, Run } from '../../core/model';
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
}

/**
 * Deleted experiments, then deleted runs of experiments that are not deleted themselves: those come back with theirs. Newest
 * first.
 */
export function trashRefs(trash: Trash): TrashRef[] {
  const experiments = [...trash.experiments].sort((a, b) => compareInt64(b.updatedAt, a.updatedAt));
  const runs = [...trash.runs].sort((a, b) => compareInt64(b.info.startTime, a.info.startTime));
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

export function trashView(ref: TrashRef, trash: Trash, t: Translate): NodeView | undefined {
  if (ref.kind === 'experiment') {
    const experiment = trash.experiments.find(({ id }) => id === ref.experimentId);
    return (
      experiment && {
        id: ref.id,
        label: oneLine(experiment.name),
        description: t('experiment'),
        icon: { name: 'beaker' },
        expandable: false,
        contextValue: 'experiment;deleted;',
      }
    );
  }
  const run = trash.runs.find(({ info }) => info.id === ref.runId);
  return (
    run && {
      id: ref.id,
      label: oneLine(run.info.name) || run.info.id,
      description: oneLine(trash.names.get(ref.experimentId) ?? ref.experimentId),
      icon: { name: 'trash' },
      expandable: false,
      contextValue: `run;status=${run.info.status.toLowerCase()};deleted;`,
    }
  );
}

export function trashTooltip(ref: TrashRef, trash: Trash, t: Translate): string | undefined {
  if (ref.kind === 'experiment') {
    const name = trash.experiments.find(({ id }) => id === ref.experimentId)?.name;
    return name === undefined ? undefined : `**${inMarkdown(name)}**\n\n${t('Restoring it brings its runs back.')}`;
  }
  const run = trash.runs.find(({ info }) => info.id === ref.runId);
  return (
    run &&
    `**${inMarkdown(run.info.name)}**\n\n${inMarkdown(t('Started {0}', formatInstant(run.info.startTime).local))}`
  );
}
