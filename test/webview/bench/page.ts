/** Runs in the measured page before the panel's script: hands out the API of webviews, and asks Node for the answers. */
import themes from '../../fakes/fakeHost/themes.json';

interface Request {
  readonly rpc: string;
  readonly from: string;
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

for (const [key, value] of Object.entries(themes.dark)) {
  document.documentElement.style.setProperty(`--vscode-${key}`, value);
}
document.body.classList.add('vscode-dark');

let peer = '';
async function answer({ from, id, method, params }: Request): Promise<void> {
  peer = from;
  const response = await fetch(`/rpc/${method}`, { method: 'POST', body: JSON.stringify(params) });
  const isBinary = response.headers.get('content-type') === 'application/octet-stream';
  const result: unknown = isBinary ? await response.arrayBuffer() : await response.json();
  window.postMessage({ rpc: 'answer', to: from, id, result }, '*');
}

const bench = {
  frames: [] as number[],
  notify: (data: unknown): void => window.postMessage({ rpc: 'notice', name: 'changed', data, to: peer }, '*'),
};
Object.assign(window, {
  bench,
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => {
      const request = message as Request;
      if (request.rpc === 'request') {
        void answer(request);
      }
    },
    getState: () => null,
    setState: () => undefined,
  }),
});
