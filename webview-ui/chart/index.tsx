import { mountPanel } from '../shared/mountPanel';
import { ChartPanel } from './ChartPanel';

mountPanel(ChartPanel);
