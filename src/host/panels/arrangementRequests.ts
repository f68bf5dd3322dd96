import type { PanelRequests, PanelSubject } from '../../protocol/panels';
import type { Handlers } from '../../protocol/rpc';
import type { KeptArrangements } from './keptArrangements';
import { requests } from './messages';

/** What the host knows of one open panel's arrangement. */
export interface OwnArrangement {
  /** The panel's id, once its page told. */
  id: string | undefined;
  /** How it is arranged, as far as that is known: another panel of the same has its own. */
  arrangement: string | undefined;
}

export interface ArrangementContext {
  readonly subject: PanelSubject;
  readonly own: OwnArrangement;
  readonly kept: KeptArrangements;
}

export function arrangementRequests({
  subject,
  own,
  kept,
}: ArrangementContext): Pick<Handlers<PanelRequests>, 'readArrangement' | 'keepArrangement'> {
  return {
    readArrangement: (params) => {
      const { panel, at = 0 } = requests.readArrangement.parse(params);
      if (panel === undefined) {
        const arrangement = own.arrangement ?? kept.last(subject)?.arrangement;
        return arrangement === undefined ? {} : { arrangement };
      }
      own.id = panel;
      const later = kept.later(subject, panel, at);
      if (!later) {
        return {};
      }
      own.arrangement = later.arrangement;
      return { arrangement: later.arrangement, at: later.at };
    },
    keepArrangement: async (params) => {
      const change = requests.keepArrangement.parse(params);
      own.id = change.panel;
      own.arrangement = change.arrangement;
      await kept.keep(subject, change);
      return null;
    },
  };
}
