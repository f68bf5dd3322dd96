import { mountPanel } from '../shared/mountPanel';
import { RunPanel } from './RunPanel';
import './run.css';

mountPanel(RunPanel);
