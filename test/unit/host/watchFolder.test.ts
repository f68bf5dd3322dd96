import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { watchFolder } from '../../../src/host/panels/watchFolder';
import { until } from '../../fakes/labbookServer';

describe('a folder that is watched', () => {
  let root: string;
  let folder: string;
  let notices: number;
  let watched: { dispose(): void };
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'labbook-watch-'));
    folder = path.join(root, 'a', 'views');
    notices = 0;
  });
  afterEach(() => {
    watched.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  const file = (): string => path.join(folder, 'team.json');
  const begin = (): void => {
    watched = watchFolder(folder, () => notices++);
  };
  /** Does it again until it is noticed: a folder that has just come is watched a moment later. */
  const noticed = async (what: string, deed: (attempt: number) => void): Promise<void> => {
    const before = notices;
    let attempt = 0;
    const look = (): boolean => {
      deed(attempt++);
      return notices > before;
    };
    assert.ok(await until(look, 15_000), what);
  };

  it('tells of files, also when it comes later, goes and comes back at once', async () => {
    begin();
    for (const round of [1, 2]) {
      await noticed(`it came, ${round}`, () => mkdirSync(folder, { recursive: true }));
      await noticed(`a file came, ${round}`, () => writeFileSync(file(), ''));
      await noticed(`it changed, ${round}`, (attempt) => writeFileSync(file(), `${attempt}`));
      await noticed(`another took its place, ${round}`, (attempt) => {
        writeFileSync(`${file()}.tmp`, `${attempt}`);
        renameSync(`${file()}.tmp`, file());
      });
      await noticed(`all is gone, ${round}`, () => rmSync(path.dirname(folder), { recursive: true, force: true }));
    }
    mkdirSync(folder, { recursive: true });
    await noticed('a file of the new one changed', (attempt) => writeFileSync(file(), `${attempt}`));
  });

  it('tells of what was there at the beginning once, and of nothing after the end', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file(), '');
    begin();
    assert.ok(await until(() => notices > 0));
    watched.dispose();
    const before = notices;
    let heard = 0;
    const other = watchFolder(folder, () => heard++);
    // The second time it is of a change, which the first one would have told, too.
    const hears = (): boolean => {
      writeFileSync(file(), `${Math.random()}`);
      return heard > 1;
    };
    assert.ok(await until(hears));
    other.dispose();
    assert.equal(notices, before);
  });
});
