/** What the query line understands, by example. Pure. */
import type { PanelStringKey } from '../../../src/protocol/panelStrings';

export const queryExamples: readonly { readonly text: string; readonly meaning: PanelStringKey }[] = [
  { text: 'val/acc > 0.8', meaning: 'helpName' },
  { text: "metrics.loss < 0.5 and not params.model = 'r50'", meaning: 'helpWords' },
  { text: 'max(val/acc) >= 0.8', meaning: 'helpFigures' },
  { text: 'at(metrics.loss, 1000) < 0.3', meaning: 'helpStep' },
  { text: 'params.lr in 1e-4..1e-2', meaning: 'helpRange' },
  { text: "params.model in ('r18', 'r50')", meaning: 'helpOneOf' },
  { text: "name like '%mixup%'", meaning: 'helpLike' },
  { text: "name ~ 'r(18|50)'", meaning: 'helpPattern' },
  { text: 'started > -7d and duration > 2h', meaning: 'helpTimes' },
  { text: "status = 'LOST'", meaning: 'helpStatus' },
  { text: 'tags.`my note` is null', meaning: 'helpMissing' },
];
