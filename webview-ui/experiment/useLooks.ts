import { useMemo } from 'react';
import { ownRunColour } from '../../src/core/runColour';
import { looksOf, unknownLook, type RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { useStore } from '../shared/store';
import type { TableView } from './tableModel';

const colourTag = { kind: 'tag', key: 'mlflow.runColor' } as const;

/** The colour that a run chose for itself by a tag. */
export function ownColour({ table }: TableView, slot: number): string | undefined {
  const column = table.column(colourTag);
  return column?.kind === 'texts' ? ownRunColour(column.get(slot)) : undefined;
}

/** How runs look, by slot; computed one by one, as there may be thousands of which few are in view. */
export function useLooks(session: PanelSession, view: TableView): (slot: number) => RunLook {
  const palette = useStore(session.palette, (each) => each);
  const colours = view.table.column(colourTag)?.version;
  const { table } = view;
  return useMemo(() => {
    const known = new Map<string, RunLook>();
    return (slot) => {
      const place = table.place[slot] ?? 0;
      const column = colours === undefined ? undefined : table.column(colourTag);
      const colour = column?.kind === 'texts' ? ownRunColour(column.get(slot)) : undefined;
      const key = `${place} ${colour ?? ''}`;
      const look =
        known.get(key) ??
        looksOf([{ id: key, slot: place, ...(colour === undefined ? {} : { colour }) }], palette, false).get(key) ??
        unknownLook;
      known.set(key, look);
      return look;
    };
  }, [table, palette, colours]);
}
