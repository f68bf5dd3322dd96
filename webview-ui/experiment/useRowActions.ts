import { useMemo, type RefObject } from 'react';
import type { Anchor } from '../shared/Popup';
import type { ExperimentSession } from './experimentSession';
import type { RowActions } from './Row';
import { fieldOf } from './table/fields';
import type { TableView } from './tableModel';

/** A cell that is being edited. */
export interface Editing {
  /** Key of the line. */
  readonly key: string;
  /** `fieldId` */
  readonly field: string;
}

interface Context {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly setEditing: (editing: Editing | undefined) => void;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly openMenu: (key: string, anchor: Anchor) => void;
}

export function useRowActions({ experiment, view, setEditing, scroller, openMenu }: Context): RowActions {
  const { table } = view;
  const { baseline } = view.facts;
  return useMemo(() => {
    const idOf = (slot: number): string => table.id[slot] ?? '';
    const endEdit = (): void => {
      setEditing(undefined);
      scroller.current?.focus({ preventScroll: true });
    };
    return {
      onToggleOpen: (key) => experiment.toggleOpen(key),
      onToggleShown: (slot, only) => {
        if (only) {
          experiment.showOnly([idOf(slot)]);
        } else {
          experiment.setShown([idOf(slot)], !experiment.isShown(slot));
        }
      },
      onCompare: (slot) => {
        if (baseline !== undefined) {
          experiment.command('compareSelected', [baseline, idOf(slot)]);
        }
      },
      onMenu: openMenu,
      onRename: (slot, name) => {
        endEdit();
        if (name !== undefined && name.trim() !== '') {
          experiment.edit('setName', { runId: idOf(slot), name: name.trim() });
        }
      },
      onEdited: (slot, field, value) => {
        endEdit();
        const found = fieldOf(field);
        if (value !== undefined && found?.kind === 'tag') {
          experiment.edit('setTag', { runIds: [idOf(slot)], key: found.key, value });
        }
      },
    };
  }, [experiment, table, baseline, setEditing, scroller, openMenu]);
}
