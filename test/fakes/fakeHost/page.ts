/**
 * Runs in a test's page before the panel's script, as VS Code's own does: hands out the API of webviews, sets the theme's
 * variables and the body's class. Tests reach it as `window.fakeHost`.
 */
import type { ExperimentShown } from '../../../src/protocol/experimentPanel';
import type { Port } from '../../../src/protocol/rpc';
import { FakeHost } from './fakeHost';
import { ReplayingHost } from './replayingHost';
import type { Scenario } from './scenario';
import { fromText, readSession, toText } from './session';
import themes from './themes.json';

export type ThemeName = keyof typeof themes;

export interface FakePage {
  readonly host: FakeHost;
  /** Where a recorded session answers. */
  readonly replaying: ReplayingHost | undefined;
  /** A message of a host outside of the page, as text. */
  deliver(message: string): void;
  setTheme(name: ThemeName): void;
}

declare global {
  interface Window {
    fakeHost: FakePage;
    /** Takes the panel's messages, as text, to a host outside of the page. */
    toHost?: (message: string) => void;
    acquireVsCodeApi: () => unknown;
  }
}

const stateKey = 'labbook-state';
const arrangementKey = 'labbook-arrangement';
const shownKey = 'labbook-shown';
const bodyClasses: Record<ThemeName, readonly string[]> = {
  dark: ['vscode-dark'],
  light: ['vscode-light'],
  hc: ['vscode-high-contrast'],
  hcLight: ['vscode-high-contrast-light', 'vscode-high-contrast'],
};

function setTheme(name: ThemeName): void {
  const { style } = document.documentElement;
  for (const property of [...style]) {
    style.removeProperty(property);
  }
  for (const [key, value] of Object.entries(themes[name])) {
    style.setProperty(`--vscode-${key}`, value);
  }
  document.body.classList.remove(...Object.values(bodyClasses).flat());
  document.body.classList.add(...bodyClasses[name]);
}

/** Messages are copied and come later, as between processes. */
function connect(): { host: Port; post: (message: unknown) => void } {
  const handlers = new Set<(message: unknown) => void>();
  const host: Port = {
    post: (message) => window.postMessage(structuredClone(message), '*'),
    listen: (handler) => {
      handlers.add(handler);
      return { dispose: () => handlers.delete(handler) };
    },
  };
  const post = (message: unknown): void => {
    const copy: unknown = structuredClone(message);
    setTimeout(() => handlers.forEach((handler) => handler(copy)), 0);
  };
  return { host, post };
}

const text = document.getElementById('scenario')?.textContent ?? '';
const { scenario, theme } = JSON.parse(text) as { scenario: Scenario; theme: ThemeName };
const { host, post } = connect();
setTheme(theme);
const memory = {
  workspace: {
    get: () => JSON.parse(sessionStorage.getItem(arrangementKey) ?? 'null') as never,
    update: (_: string, value: unknown) =>
      Promise.resolve(sessionStorage.setItem(arrangementKey, JSON.stringify(value ?? null))),
  },
  readShown: () => JSON.parse(sessionStorage.getItem(shownKey) ?? '[]') as ExperimentShown[],
  keepShown: (experiments: ExperimentShown[]) => sessionStorage.setItem(shownKey, JSON.stringify(experiments)),
};
const nobody: Port = { post: () => undefined, listen: () => ({ dispose: () => undefined }) };
const isElsewhere = scenario.replay !== undefined || scenario.isRemote === true;
if (scenario.isRemote) {
  host.listen((message) => window.toHost?.(toText(message)));
}
window.fakeHost = {
  host: new FakeHost(scenario, isElsewhere ? nobody : host, memory),
  replaying: scenario.replay === undefined ? undefined : new ReplayingHost(readSession(scenario.replay), host),
  deliver: (message) => host.post(fromText(message)),
  setTheme,
};

let isTaken = false;
window.acquireVsCodeApi = () => {
  if (isTaken) {
    throw new Error('An instance of the VS Code API has already been acquired');
  }
  isTaken = true;
  return {
    postMessage: post,
    getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') as unknown,
    setState: (state: unknown) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
  };
};
