import { mountPanel } from '../shared/mountPanel';
import { ComparePanel } from './ComparePanel';
import './compare.css';

mountPanel(ComparePanel);
