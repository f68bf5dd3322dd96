import { Session } from './session';
import { Workbench } from './workbench';

/**
 * A journey: steps (`it`) that follow each other in one window. A step that fails ends the journey, because what follows builds on it.
 * @param files beside the sample's, name to content; `untrusted`: the folder opens in Restricted Mode
 */
export function journey(
  title: string,
  files: Record<string, string>,
  steps: (workbench: () => Workbench) => void,
  { untrusted = false }: { readonly untrusted?: boolean } = {},
): void {
  describe(title, function () {
    let workbench: Workbench | undefined;
    let broken = false;

    before(async function () {
      this.timeout(180_000);
      workbench = new Workbench(await Session.open(files, untrusted));
    });

    beforeEach(function () {
      if (broken) {
        this.skip();
      }
    });

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') {
        broken = true;
        await workbench?.session.saveFailure(this.currentTest.fullTitle());
      }
    });

    after(async function () {
      this.timeout(30_000);
      await workbench?.session.dispose();
    });

    steps(() => {
      if (workbench === undefined) {
        throw new Error('The window is not open');
      }
      return workbench;
    });
  });
}
