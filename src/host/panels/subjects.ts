import type { PanelSubject } from '../../protocol/panels';

/** Two panels with the same key show the same. */
export function keyOf(subject: PanelSubject): string {
  switch (subject.panel) {
    case 'experiment':
      return `experiment ${[...experimentIdsOf(subject)].sort().join(' ')}`;
    case 'run':
      return `run ${subject.runId}`;
    case 'compare':
      return `compare ${[...subject.runIds].sort().join(' ')}`;
    case 'chart':
      return `chart ${subject.metric} ${[...subject.runIds].sort().join(' ')}`;
  }
}

/** The experiments whose runs are all shown, each once; none where a panel shows runs by their ids. */
export function experimentIdsOf(subject: PanelSubject): string[] {
  return subject.panel === 'experiment'
    ? [...new Set([subject.experimentId, ...(subject.moreExperimentIds ?? [])])]
    : [];
}

/** The runs that a subject names. */
export function runIdsOf(subject: PanelSubject): string[] {
  switch (subject.panel) {
    case 'experiment':
      return [];
    case 'run':
      return [subject.runId];
    case 'compare':
    case 'chart':
      return subject.runIds;
  }
}
