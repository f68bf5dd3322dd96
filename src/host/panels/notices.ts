import type { ChangeBatch } from '../../protocol/extras';
import type { PanelNotices, PanelSubject } from '../../protocol/panels';
import { experimentIdsOf } from './subjects';

export function isOfSubject(subject: PanelSubject, run: { run_id: string; experiment_id: string }): boolean {
  switch (subject.panel) {
    case 'experiment':
      return experimentIdsOf(subject).includes(run.experiment_id);
    case 'run':
      return subject.runId === run.run_id;
    case 'chart':
    case 'compare':
      return subject.runIds.includes(run.run_id);
  }
}

/** Gathers changes of a subject's runs until they are sent to its panel as one notice. */
export class PendingNotice {
  readonly #runIds = new Set<string>();
  #metrics = false;
  #runs = false;
  #artifacts = false;

  /** @returns whether anything of the batch concerns the subject */
  add(batch: ChangeBatch, subject: PanelSubject): boolean {
    const own = batch.runs.filter((run) => isOfSubject(subject, run));
    for (const { run_id: runId, aspects } of own) {
      this.#runIds.add(runId);
      this.#metrics ||= aspects.includes('metrics');
      this.#artifacts ||= aspects.includes('artifacts');
      this.#runs ||= aspects.some((aspect) => aspect !== 'metrics' && aspect !== 'artifacts');
    }
    const experiment = experimentIdsOf(subject).some((id) => batch.experiments.includes(id));
    this.#runs ||= experiment;
    return own.length > 0 || experiment;
  }

  /** What was gathered, once; undefined where nothing was. */
  take(): PanelNotices['changed'] | undefined {
    if (!this.#metrics && !this.#runs && !this.#artifacts) {
      return undefined;
    }
    const notice = {
      runIds: [...this.#runIds],
      metrics: this.#metrics,
      runs: this.#runs,
      artifacts: this.#artifacts,
    };
    this.#runIds.clear();
    this.#metrics = this.#runs = this.#artifacts = false;
    return notice;
  }
}
