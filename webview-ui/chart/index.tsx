import { mountPanel } from '../shared/mountPanel';
import { ChartPanel } from './ChartPanel';

mountPanel(ChartPanel);

// Without an export esbuild takes this file for CommonJS, and puts every module into a function of its own that is compiled later.
export {};
