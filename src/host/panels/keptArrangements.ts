import type * as vscode from 'vscode';
import type { PanelSubject } from '../../protocol/panels';
import { experimentIdsOf } from './subjects';

/** Panels of which a copy is kept, by experiment, and by kind of all that show runs by their ids. */
const most = 6;

/** How a panel was arranged. */
export interface KeptArrangement {
  /** The panel's own id, which its first page made. */
  readonly panel: string;
  /** When that was; grows with every change of the panel. */
  readonly at: number;
  /** JSON. */
  readonly arrangement: string;
}

/**
 * Copies of how panels are arranged, which the workspace keeps at once. What pages leave with `setState` VS Code writes about once a minute
 * and when a window goes in order: after a kill it brings panels back as they were before that. New panels of an experiment begin as its
 * last one was.
 */
export class KeptArrangements {
  constructor(private readonly memory: Pick<vscode.Memento, 'get' | 'update'>) {}

  /** How this very panel was arranged later than its page knows; another panel of the same is no matter. */
  later(subject: PanelSubject, panel: string, at: number): KeptArrangement | undefined {
    return this.#read(subject).find((kept) => kept.panel === panel && kept.at > at);
  }

  /** How the last panel of the same experiments was arranged. */
  last(subject: PanelSubject): KeptArrangement | undefined {
    return subject.panel === 'experiment' ? this.#read(subject)[0] : undefined;
  }

  async keep(subject: PanelSubject, kept: KeptArrangement): Promise<void> {
    const others = this.#read(subject).filter(({ panel }) => panel !== kept.panel);
    await this.memory.update(memoryKey(subject), [kept, ...others].slice(0, most));
  }

  /** The panel was closed: only how the experiment's last one was arranged is of use. */
  async drop(subject: PanelSubject, panel: string): Promise<void> {
    const before = this.#read(subject);
    const isOfUse = (place: number): boolean => subject.panel === 'experiment' && place === 0;
    const left = before.filter((kept, place) => kept.panel !== panel || isOfUse(place));
    if (left.length < before.length) {
      await this.memory.update(memoryKey(subject), left.length > 0 ? left : undefined);
    }
  }

  /** Newest first. */
  #read(subject: PanelSubject): readonly KeptArrangement[] {
    const kept: unknown = this.memory.get(memoryKey(subject));
    if (typeof kept === 'string') {
      // Earlier versions kept one, of no panel in particular.
      return [{ panel: '', at: 0, arrangement: kept }];
    }
    return Array.isArray(kept) ? kept.filter(isKept) : [];
  }
}

function memoryKey(subject: PanelSubject): string {
  const { panel } = subject;
  return `arrangement.${panel === 'experiment' ? experimentIdsOf(subject).sort().join('+') : panel}`;
}

function isKept(value: unknown): value is KeptArrangement {
  const { panel, at, arrangement } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof panel === 'string' && typeof at === 'number' && typeof arrangement === 'string';
}
