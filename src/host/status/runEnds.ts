import type { Run } from '../../core/model';
import type { ExperimentEntry } from '../tree/model';

export interface EndedRun {
  readonly run: Run;
  readonly experimentName: string;
}

/** Notices which of the runs that were seen running have ended since. Pure but for what it remembers. */
export class RunEnds {
  #running = new Set<string>();

  /** @returns runs that were running when this was called last, and are not any more; those that are gone are left out */
  look(experiments: readonly ExperimentEntry[]): EndedRun[] {
    const running = new Set<string>();
    const ended: EndedRun[] = [];
    for (const { experiment, list } of experiments) {
      list?.running.forEach((id) => running.add(id));
      for (const id of this.#running) {
        const run = list?.running.has(id) === false ? list.runs.get(id) : undefined;
        if (run !== undefined) {
          ended.push({ run, experimentName: experiment.name });
        }
      }
    }
    this.#running = running;
    return ended;
  }
}

export type EndsToTell = 'never' | 'failed' | 'always';

/** Those of which the user wants to be told: with `failed`, runs that did not finish by themselves. */
export function toTell(ended: readonly EndedRun[], wanted: string): readonly EndedRun[] {
  switch (wanted) {
    case 'always':
      return ended;
    case 'never':
      return [];
    default:
      return ended.filter(({ run }) => run.info.status === 'FAILED' || run.info.status === 'KILLED');
  }
}
