/** What a file can be shown as, by its name. Pure. */
const pictures: Partial<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};
const code = new Set(['py', 'js', 'ts', 'sh', 'yaml', 'yml', 'toml', 'ini', 'cfg', 'html', 'css', 'xml', 'ipynb']);
const texts = new Set(['txt', 'md', 'log', 'csv', 'tsv', 'jsonl', 'rst', 'diff', 'patch', 'env', '']);
const tables = new Set(['csv', 'tsv', 'parquet', 'feather']);
const binaries = new Set([
  'pt',
  'pth',
  'safetensors',
  'pkl',
  'bin',
  'onnx',
  'h5',
  'npz',
  'npy',
  'zip',
  'gz',
  'tar',
  'joblib',
  'ckpt',
]);

export type ArtifactKind =
  | { readonly kind: 'picture'; readonly type: string }
  | { readonly kind: 'json' }
  | { readonly kind: 'text' }
  /** May be text after all: the first bytes tell. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'binary' };

export function artifactKind(path: string): ArtifactKind {
  const end = extensionOf(path);
  const type = pictures[end];
  if (type !== undefined) {
    return { kind: 'picture', type };
  }
  if (end === 'json') {
    return { kind: 'json' };
  }
  if (texts.has(end) || code.has(end)) {
    return { kind: 'text' };
  }
  return binaries.has(end) || tables.has(end) ? { kind: 'binary' } : { kind: 'unknown' };
}

export function artifactIcon(path: string): 'fileMedia' | 'json' | 'table' | 'fileCode' | 'fileBinary' | 'file' {
  const end = extensionOf(path);
  if (pictures[end] !== undefined) {
    return 'fileMedia';
  }
  if (end === 'json') {
    return 'json';
  }
  if (tables.has(end)) {
    return 'table';
  }
  return code.has(end) ? 'fileCode' : binaries.has(end) ? 'fileBinary' : 'file';
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The bytes as UTF-8 text; undefined where they are none. A character that is cut off at the end is left out. */
export function asText(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes), { stream: true });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
