import type { Log } from '../log';
import type { PurgeReader, Removal } from '../store/purge/types';
import { takingTurns } from '../turns';
import type { ArtifactPlaces } from './places';
import { PresentFolders } from './presentFolders';

/**
 * Removes from the disk what purges left: the artifacts of runs and logged models below the store's own, and the folders of
 * experiments where no other experiment keeps artifacts. What lies elsewhere stays, as its owner's. What cannot be removed is
 * logged, and tried again when the store opens next.
 */
export async function finishPurges(purging: PurgeReader, places: ArtifactPlaces, log: Log): Promise<void> {
  const present = new PresentFolders(places.own);
  const turn = takingTurns();
  await purging.finish(async (removals) => {
    const gone: Removal[] = [];
    // Experiments after what is in them.
    for (const removal of [...removals].sort((a, b) => (a.kind < b.kind ? -1 : 1))) {
      try {
        await turn();
        await removeOne({ purging, places, present }, removal);
        gone.push(removal);
      } catch (error) {
        log.error(`the files at ${removal.name} could not be removed; the next start tries again`, error);
      }
    }
    return gone;
  });
}

interface Places {
  readonly purging: PurgeReader;
  readonly places: ArtifactPlaces;
  readonly present: PresentFolders;
}

async function removeOne({ purging, places, present }: Places, { kind, name }: Removal): Promise<void> {
  const segments = places.ownSegments(name);
  if (segments === undefined || segments.length === 0 || !(await present.mayHave(segments))) {
    return;
  }
  if (kind === 'artifacts') {
    await places.own.purge(segments);
    return;
  }
  const isShared = purging.locations().some((location) => {
    const other = places.ownSegments(location);
    return other !== undefined && segments.every((each, i) => other[i] === undefined || other[i] === each);
  });
  if (!isShared) {
    await places.own.discard(segments);
  }
}
