import type * as vscode from 'vscode';
import { Emitter } from '../../client/emitter';
import type { Experiment } from '../../core/model';
import type { Session } from './connection';

/** Experiment tags that hold what a team agreed on; empty is none. */
export const markTags = { baseline: 'labbook.baseline', primaryMetric: 'labbook.primaryMetric' } as const;

const aggregates = ['last', 'min', 'max'] as const;
export type MarkAggregate = (typeof aggregates)[number];

export interface PrimaryMetric {
  readonly key: string;
  readonly aggregate: MarkAggregate;
}

/**
 * An experiment's baseline and primary metric: tags of the experiment, so that everybody who opens it sees the same; where the
 * server can only be read, this workspace's memory instead.
 */
export class ExperimentMarks {
  readonly #onKept = new Emitter<void>();

  constructor(private readonly memory: vscode.Memento) {}

  /** Id of the run that others are compared with. */
  baseline(experiment: Experiment): string | undefined {
    return this.#read(experiment, markTags.baseline);
  }

  primaryMetric(experiment: Experiment): PrimaryMetric | undefined {
    const text = this.#read(experiment, markTags.primaryMetric);
    return text === undefined ? undefined : parsePrimaryMetric(text);
  }

  setBaseline(session: Session, experimentId: string, runId: string | undefined): Promise<void> {
    return this.#write(session, experimentId, markTags.baseline, runId ?? '');
  }

  setPrimaryMetric(session: Session, experimentId: string, metric: PrimaryMetric | undefined): Promise<void> {
    const text = metric === undefined ? '' : `${metric.key} ${metric.aggregate}`;
    return this.#write(session, experimentId, markTags.primaryMetric, text);
  }

  /** Told when this workspace's memory has another mark: of those on the server the change feed tells. */
  onKept(listener: () => void): vscode.Disposable {
    return this.#onKept.on(listener);
  }

  dispose(): void {
    this.#onKept.dispose();
  }

  #read(experiment: Experiment, tag: string): string | undefined {
    const own = this.memory.get<string>(memoryKey(experiment.id, tag));
    return own ?? (experiment.tags.find(({ key }) => key === tag)?.value.trim() || undefined);
  }

  async #write(session: Session, experimentId: string, tag: string, value: string): Promise<void> {
    if (session.server.info.read_only) {
      await this.memory.update(memoryKey(experimentId, tag), value === '' ? undefined : value);
      this.#onKept.fire();
    } else {
      await session.client.setExperimentTag(experimentId, tag, value);
    }
  }
}

/** `key agg`; metric names may hold spaces, so only a known aggregate at the end counts as one. */
export function parsePrimaryMetric(text: string): PrimaryMetric | undefined {
  const [, key = text, aggregate] = /^(.*) (last|min|max)$/s.exec(text) ?? [];
  return key === '' ? undefined : { key, aggregate: aggregates.find((each) => each === aggregate) ?? 'last' };
}

function memoryKey(experimentId: string, tag: string): string {
  return `experiment.${experimentId}.${tag}`;
}
