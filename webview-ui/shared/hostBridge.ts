import type { PanelChannel } from '../../src/protocol/panelChannel';
import type { PanelNotices } from '../../src/protocol/panels';
import { RpcChannel, type NoticeHandlers, type Port } from '../../src/protocol/rpc';

/** What VS Code gives to the script of a webview, once. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host as a panel sees it. */
export interface Host {
  readonly channel: PanelChannel;
  getState(): unknown;
  setState(state: unknown): void;
  /** Writes to Labbook's log; never throws. */
  logError(what: string, error: unknown): void;
}

/** To be called once: VS Code hands its side out only once. */
export function connectHost(notices: NoticeHandlers<PanelNotices>): Host {
  const api = acquireVsCodeApi();
  const port: Port = {
    post: (message) => api.postMessage(message),
    listen: (handler) => {
      const listener = (event: MessageEvent): void => handler(event.data);
      window.addEventListener('message', listener);
      return { dispose: () => window.removeEventListener('message', listener) };
    },
  };
  const channel: PanelChannel = new RpcChannel(port, {
    handlers: {},
    notices,
    onError: (what, error) => logError(what, error),
  });
  const logError = (what: string, error: unknown): void => {
    const message = `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    // The log itself cannot be reached: nobody is left to be told.
    channel.request('log', { level: 'error', message: message.slice(0, 4000) }).catch(() => undefined);
  };
  return { channel, getState: () => api.getState(), setState: (state) => api.setState(state), logError };
}
