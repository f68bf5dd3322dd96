/** When a segment of the journal gets room, and how much. Sizes in bytes. */
export interface RoomSizes {
  /** A segment gets none before this is in it: most stay small. */
  readonly from: number;
  /** Frames of more bytes are large: for them a metadata commit costs little beside writing twice. */
  readonly large: number;
  /** So many frames in a row that are not large say that there will be more of them. */
  readonly frames: number;
  /** More room is due when less than this, or than two frames like the last one, is left. */
  readonly left: number;
  /** A segment gets as much as is in it already, at least and at most so much. */
  readonly least: number;
  readonly most: number;
}

const roomSizes: RoomSizes = {
  from: 16 * 1024,
  large: 64 * 1024,
  frames: 32,
  left: 16 * 1024,
  least: 64 * 1024,
  most: 1024 * 1024,
};

/**
 * Decides when a segment gets room in advance: zeros that are on the disk already, so that a frame written over them changes nothing but
 * its own bytes, and its sync need not wait for the file system's own journal (docs/adr/0010).
 */
export class Room {
  private smallInARow = 0;

  /** @param sizes for tests: others */
  constructor(private readonly sizes: RoomSizes = roomSizes) {}

  /**
   * To be asked after each frame.
   * @param frame its length
   * @param end of the last frame in its segment
   * @param reserved where the segment's room ends, at least `end`
   * @returns how many bytes of room the segment should get behind `reserved`; 0 for none
   */
  due(frame: number, end: number, reserved: number): number {
    const { from, large, frames, left, least, most } = this.sizes;
    this.smallInARow = frame > large ? 0 : this.smallInARow + 1;
    if (end < from || this.smallInARow < frames || reserved - end >= Math.max(left, 2 * frame)) {
      return 0;
    }
    return Math.min(most, Math.max(least, end));
  }
}
