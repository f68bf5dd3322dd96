/** A place in a line of a terminal's output that names an experiment or one of its runs. */
export interface RunLink {
  readonly startIndex: number;
  readonly length: number;
  readonly experimentId: string;
  readonly runId: string | undefined;
}

const pattern = /https?:\/\/([^\s/]+)\/#\/experiments\/([\w-]+)(?:\/runs\/([\w-]+))?/g;

/**
 * The links that MLflow's client prints when a run ends (`View run … at: http://HOST/#/experiments/1/runs/abc`), where they
 * point to this server. A browser could not follow them: it has no token, and there is no web page.
 * @param serverUrl `http://127.0.0.1:PORT`; `localhost` with the same port counts too
 */
export function findRunLinks(line: string, serverUrl: string): RunLink[] {
  const { host, port } = new URL(serverUrl);
  const hosts = new Set([host, `localhost:${port}`, `[::1]:${port}`]);
  return [...line.matchAll(pattern)].flatMap((match) => {
    const [text, at = '', experimentId = '', runId] = match;
    // User info (`labbook:TOKEN@`) may stand before the host.
    return hosts.has(at.slice(at.lastIndexOf('@') + 1))
      ? [{ startIndex: match.index, length: text.length, experimentId, runId }]
      : [];
  });
}
