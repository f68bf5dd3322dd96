import { mountPanel } from '../shared/mountPanel';
import { RunPanel } from './RunPanel';
import './run.css';

mountPanel(RunPanel);

// Without an export esbuild takes this file for CommonJS, and puts every module into a function of its own that is compiled later.
export {};
