import { useEffect, useRef, useState, type ReactNode } from 'react';
import { watchNear } from './near';

/** What decides how much room charts of a section take. */
export interface ChartRoom {
  /** Of the grid, in CSS pixels. */
  readonly width: number;
  readonly columns: number;
  readonly count: number;
}

interface Props {
  /** Made before it is known what is in sight. */
  readonly isFirst: boolean;
  /** Made wherever it is: it has the stop of the Tab key. */
  readonly isKept: boolean;
  readonly room: ChartRoom;
  readonly children: ReactNode;
}

/** Charts are made so many pixels before they come into sight: some rows, so that arrow keys find the next one there. */
const margin = 800;
/** As in charts.css, pixels. */
const look = { padding: 24, gap: 8, title: 22, frame: { ratio: 2.2, least: 136, most: 300 } };

/**
 * Charts of one section, made only while they are in sight or near; until then, and afterwards, their room is kept free. Thousands of
 * sections cost no more than those that somebody looks at, and the scrollbar says how much there is.
 */
export function Lazy({ isFirst, isKept, room, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(isFirst);
  /** How high the charts were when they went, and in which room. */
  const [left, setLeft] = useState<{ readonly height: number; readonly room: string }>();
  const named = `${room.width} ${room.columns} ${room.count}`;
  const latest = useRef(named);
  useEffect(() => {
    latest.current = named;
  });
  useEffect(() => {
    if (!box.current) {
      return undefined;
    }
    return watchNear(box.current, margin, ({ isIntersecting, boundingClientRect: { height } }) => {
      setIsNear(isIntersecting);
      if (!isIntersecting && height > 0) {
        setLeft({ height, room: latest.current });
      }
    });
  }, []);
  const isMade = isNear || isKept;
  const height = left?.room === named ? left.height : heightOf(room);
  return (
    <div ref={box} style={isMade ? undefined : { height }}>
      {isMade && children}
    </div>
  );
}

/** Of charts that nobody resized; CSS pixels. */
export function heightOf({ width, columns, count }: ChartRoom): number {
  const column = (width - look.padding - (columns - 1) * look.gap) / columns;
  const { ratio, least, most } = look.frame;
  const chart = look.title + Math.min(most, Math.max(least, column / ratio));
  return Math.ceil(count / columns) * (chart + look.gap);
}
