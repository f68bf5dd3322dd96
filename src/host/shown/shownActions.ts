import type { Run } from '../../core/model';
import { isShown, latest, writeShown, type ShownChange, type ShownRuns } from '../../core/shownRuns';
import type { Session } from '../platform/connection';
import type { ExperimentMarks } from '../platform/experimentMarks';
import { readFirstShown, shownFacts } from './shownRunsOf';
import type { ShownState } from './shownState';

/** Shows runs in charts, and hides them, from the tree and by commands: of experiments, too, that no panel opened yet. */
export class ShownActions {
  constructor(
    private readonly state: ShownState,
    private readonly parts: {
      readonly session: () => Promise<Session>;
      readonly marks: ExperimentMarks;
      /** Runs that are shown at the first opening. */
      readonly newest: () => number;
    },
  ) {}

  async set(runs: readonly Run[], isOn: boolean): Promise<void> {
    for (const [experimentId, own] of byExperiment(runs)) {
      await this.#begin(experimentId);
      this.state.change(experimentId, { do: 'set', runIds: idsOf(own), isOn });
    }
  }

  /** Hides runs that are all shown, else shows them all. @returns whether they are shown now */
  async toggle(runs: readonly Run[]): Promise<boolean> {
    const shown = await Promise.all(
      runs.map(async (run) => isShown(await this.#begin(run.info.experimentId), shownFacts(run))),
    );
    const isOn = !shown.every((each) => each);
    await this.set(runs, isOn);
    return isOn;
  }

  /** Shows these and no others of their experiments. */
  async only(runs: readonly Run[]): Promise<void> {
    const { client } = await this.parts.session();
    for (const [experimentId, own] of byExperiment(runs)) {
      const newest = await client.searchRuns({ experimentIds: [experimentId], maxResults: 1 });
      const after = latest([...newest.items, ...own].map(shownFacts));
      this.state.change(experimentId, { do: 'only', runIds: idsOf(own), after });
    }
  }

  /** What is shown of an experiment; from now on that, and no longer what the rule of the first opening says. */
  async #begin(experimentId: string): Promise<ShownRuns> {
    const known = this.state.get(experimentId);
    if (known) {
      return known;
    }
    const { client } = await this.parts.session();
    const experiment = await client.getExperiment(experimentId);
    const rule = { newest: this.parts.newest(), baseline: this.parts.marks.baseline(experiment) };
    const first = await readFirstShown(client, experiment, rule);
    const change: ShownChange = { do: 'first', shown: writeShown(first) };
    // Of two that begin at the same time the first counts, for both.
    this.state.change(experimentId, change);
    return this.state.get(experimentId) ?? first;
  }
}

function byExperiment(runs: readonly Run[]): Map<string, Run[]> {
  const found = new Map<string, Run[]>();
  for (const run of runs) {
    const { experimentId } = run.info;
    found.set(experimentId, [...(found.get(experimentId) ?? []), run]);
  }
  return found;
}

function idsOf(runs: readonly Run[]): string[] {
  return runs.map(({ info }) => info.id);
}
