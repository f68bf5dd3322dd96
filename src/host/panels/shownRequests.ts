import { writeShown } from '../../core/shownRuns';
import type { ExperimentRequests, ExperimentShown } from '../../protocol/experimentPanel';
import type { PanelSubject } from '../../protocol/panels';
import type { Handlers } from '../../protocol/rpc';
import type { SelectedRuns, Selector } from '../shown/selectedRuns';
import type { ShownState } from '../shown/shownState';
import { experimentRequests as requests } from './messages';
import { experimentIdsOf } from './subjects';

export interface ShownContext {
  readonly subject: PanelSubject;
  readonly shown: ShownState;
  readonly selected: SelectedRuns;
  /** As whom the panel selects. */
  readonly selector: Selector;
}

/** What a panel shows and has selected is the host's; it asks for changes of its own experiments only. */
export function shownRequests(
  panel: ShownContext,
): Pick<Handlers<ExperimentRequests>, 'readShown' | 'changeShown' | 'select'> {
  const { subject, shown, selected } = panel;
  const own = new Set(experimentIdsOf(subject));
  return {
    readShown: (params) => {
      requests.readShown.parse(params);
      return { experiments: shownOf(shown, subject), selected: selected.get([...own]) };
    },
    changeShown: (params) => {
      for (const { experimentId, change } of requests.changeShown.parse(params).changes) {
        if (own.has(experimentId)) {
          shown.change(experimentId, change);
        }
      }
      return { experiments: shownOf(shown, subject) };
    },
    select: (params) => {
      const { selection } = requests.select.parse(params);
      const named = selection.filter(({ experimentId }) => own.has(experimentId));
      selected.set(new Map(named.map(({ experimentId, runIds }) => [experimentId, runIds])), panel.selector);
      return null;
    },
  };
}

export function shownOf(state: ShownState, subject: PanelSubject): ExperimentShown[] {
  return state
    .of(experimentIdsOf(subject))
    .map(({ experimentId, shown }) => ({ experimentId, ...(shown ? { shown: writeShown(shown) } : {}) }));
}
