import { mountSession } from '../shared/mountPanel';
import { PanelSession } from '../shared/session';
import { ExperimentPanel } from './ExperimentPanel';
import { ExperimentSession } from './experimentSession';
import './experiment.css';
import './table.css';

const session = new PanelSession({ readsRuns: false });
const experiment = new ExperimentSession(session);
mountSession(session, () => <ExperimentPanel experiment={experiment} />);

// Without an export esbuild takes this file for CommonJS, and puts every module into a function of its own that is compiled later.
export {};
