/** Pictures of panels that are kept in the repository, and how a panel is held against them. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { difference, likeness, packed, type Likeness } from './likeness';
import { screenshots, until, type Panel } from './panelPage';

const folder = path.resolve('test/webview/pictures');

/** `UPDATE_PICTURES=1` keeps what is seen now. */
const isUpdating = process.env['UPDATE_PICTURES'] !== undefined;

/** Milliseconds that a panel may take until it looks as it should. */
const limit = 4000;

/** Other systems draw letters with other fonts; there, pictures are only left to be looked at. */
const isComparable = process.platform === 'linux';

/** What the kept pictures were taken with; the fonts are those that Debian always has. */
export const forPictures = { isFixed: true, now: Date.UTC(2026, 8, 15, 0, 20) } as const;

/**
 * Holds a panel against the picture of that name. What is seen is left in `out/screenshots/webview/kept`, and after a failure the expected
 * picture and where they differ.
 * @throws Error that says how much differs
 */
export async function looksAsKept(panel: Panel, name: string): Promise<void> {
  const own = path.join(screenshots, 'kept');
  const kept = path.join(folder, `${name}.png`);
  await Promise.all([mkdir(own, { recursive: true }), mkdir(folder, { recursive: true })]);
  const left = (kind: string): string => path.join(own, `${name}${kind}.png`);
  await Promise.all(['-expected', '-difference'].map((kind) => rm(left(kind), { force: true })));
  await rest(panel);
  if (!isComparable) {
    await writeFile(left(''), PNG.sync.write(await take(panel)));
    return;
  }
  if (isUpdating) {
    const seen = packed(await take(panel));
    await Promise.all([writeFile(kept, seen), writeFile(left(''), seen)]);
    return;
  }
  if (!existsSync(kept)) {
    throw new Error(`There is no picture ${name} yet; UPDATE_PICTURES=1 makes it.`);
  }
  const expected = PNG.sync.read(await readFile(kept));
  const { picture, found } = await lookUntilAlike(panel, expected);
  await writeFile(left(''), PNG.sync.write(picture));
  if (!found.isAlike) {
    await writeFile(left('-expected'), PNG.sync.write(expected));
    await writeFile(left('-difference'), PNG.sync.write(difference(expected, found)));
    throw new Error(`${name} looks different: ${found.reason}. See ${left('-difference')}`);
  }
}

/** What is seen, without the caret and with transitions ended. */
export async function take(panel: Panel): Promise<PNG> {
  return PNG.sync.read(await panel.page.screenshot({ animations: 'disabled', caret: 'hide' }));
}

async function lookUntilAlike(panel: Panel, expected: PNG): Promise<{ picture: PNG; found: Likeness }> {
  const end = performance.now() + limit;
  for (;;) {
    const picture = await take(panel);
    const found = likeness(picture, expected);
    if (found.isAlike || performance.now() > end) {
      return { picture, found };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Until all charts in sight are drawn, and nothing changes any more. */
export async function rest(panel: Panel): Promise<void> {
  let before = '';
  await until(
    'the panel rests',
    async () => {
      const states = await panel.page
        .locator('canvas[data-state]')
        .evaluateAll((canvases) => canvases.map((each) => each.getAttribute('data-state')));
      const now = `${states.join()} ${await panel.page.locator('body').innerText()}`;
      const isResting = now === before && states.every((state) => state === 'drawn');
      before = now;
      return isResting;
    },
    20_000,
  );
}
