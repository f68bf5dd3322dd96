import { mountPanel } from '../shared/mountPanel';
import { ExperimentPanel } from './ExperimentPanel';
import './experiment.css';

mountPanel(ExperimentPanel);
