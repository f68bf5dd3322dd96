/** URIs in the registry: `models:/…`, `runs:/…`, and those of artifacts. Pure text, by Python's rules where MLflow's are Python's. */
import { hasControl } from './limits';

export interface UriParts {
  /** Lower case; empty for a plain path. */
  readonly scheme: string;
  /** What stands between `//` and the path. */
  readonly authority: string;
  /** Without query and fragment. */
  readonly path: string;
}

export function splitUri(uri: string): UriParts {
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/.exec(uri);
  return { scheme: match?.[1]?.toLowerCase() ?? '', authority: match?.[2] ?? '', path: match?.[3] ?? '' };
}

/** What a `models:` URI names. */
export type ModelReference =
  | { readonly kind: 'loggedModel'; readonly id: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'stage'; readonly name: string; readonly stage: string }
  | { readonly kind: 'latest'; readonly name: string };

/** @returns undefined where the path is none of the forms `/id`, `/name/3`, `/name/Production`, `/name/latest`, `/name@alias` */
export function parseModelPath(path: string): ModelReference | undefined {
  const [name = '', suffix, ...rest] = path.replace(/^\/+/, '').split('/');
  if (!path.startsWith('/') || name.trim() === '' || rest.length > 0 || suffix?.trim() === '') {
    return undefined;
  }
  if (suffix !== undefined) {
    if (/^\d+$/.test(suffix)) {
      return { kind: 'version', name, version: Number(suffix) };
    }
    return suffix.toLowerCase() === 'latest' ? { kind: 'latest', name } : { kind: 'stage', name, stage: suffix };
  }
  const at = name.lastIndexOf('@');
  if (at < 0) {
    return { kind: 'loggedModel', id: name };
  }
  const alias = name.slice(at + 1);
  return alias.trim() === '' ? undefined : { kind: 'alias', name: name.slice(0, at), alias };
}

/** The run's id in a `runs:/<id>/…` URI's path. */
export function runOfPath(path: string): string {
  return /^\/([^/]*)/.exec(path)?.[1] ?? '';
}

/** True where a URI's path, however often it is percent-encoded, is absolute and has no `.`, `..` or control character. */
export function isPlainLocation(uri: string): boolean {
  const decoded = decodeFully(uri);
  if (decoded === undefined || decoded.split(/[/\\]/).includes('..')) {
    return false;
  }
  const path = splitUri(decoded).path.replace(/\/+$/, '');
  return path.startsWith('/') && !hasControl(path) && !path.split('/').includes('.');
}

/** True where a URI is the root or below it, both being of one scheme and authority. */
export function isWithin(uri: string, root: string): boolean {
  const [inner, outer] = [splitUri(uri), splitUri(root)];
  const parts = partsOf(inner.path);
  const rootParts = partsOf(outer.path);
  return (
    inner.scheme === outer.scheme &&
    inner.authority.toLowerCase() === outer.authority.toLowerCase() &&
    rootParts.length > 0 &&
    rootParts.every((part, i) => parts[i] === part)
  );
}

/** True for what this or another tracking server's artifact proxy serves. */
export function isProxied(uri: string): boolean {
  const { scheme, path } = splitUri(uri);
  return (
    scheme === 'mlflow-artifacts' ||
    ((scheme === 'http' || scheme === 'https') &&
      `/${partsOf(path).join('/')}/`.includes('/api/2.0/mlflow-artifacts/artifacts/'))
  );
}

function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decodeFully(part) ?? part);
}

/** @returns undefined for text that is encoded too many times to be meant well */
export function decodeFully(text: string): string | undefined {
  let decoded = text;
  for (let round = 0; round < 10; round++) {
    const next = decoded.replace(/(?:%[0-9a-f]{2})+/gi, decodeBytes);
    if (next === decoded) {
      return decoded;
    }
    decoded = next;
  }
  return undefined;
}

/** Bytes that are no UTF-8 one by one: a wrong one must not hide what stands beside it. */
function decodeBytes(bytes: string): string {
  try {
    return decodeURIComponent(bytes);
  } catch {
    return bytes.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}
