/** What MLflow sends as plain text whatever its own type (its `_TEXT_EXTENSIONS`), and what a browser could run. */
const plainText = new Set(
  (
    'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js mjs cjs py py3 csv tsv md rst mlmodel ' +
    'mlproject html htm xhtml xht shtml svg svgz xsl xslt mht mhtml'
  ).split(' '),
);

/** The type of a file by its name; never one that a browser would render as a page or run. */
export async function contentTypeOf(name: string): Promise<string> {
  // A thousand types, which no start has to wait for.
  const { lookup } = await import('../later');
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const type = plainText.has(extension) ? 'text/plain' : lookup(name) || 'application/octet-stream';
  return /html|xml|javascript|ecmascript/.test(type) && !type.includes('openxml') ? 'text/plain' : type;
}

/**
 * `Content-Disposition` for a download. A name that is a token of RFC 9110 stands without quotes, as MLflow's server (Flask) sends it
 * and its tests expect it; others quoted, and by RFC 5987 what is outside ASCII, with a plain stand-in for old readers.
 */
export function attachment(name: string): string {
  if (/^[\w!#$&+.^`|~-]+$/.test(name)) {
    return `attachment; filename=${name}`;
  }
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/**
 * Reads a Range header.
 * @returns undefined to send everything (no range, several, or another unit), 'none' where none of the file is in it (416)
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'none' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, first, last] = match ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) {
    return undefined;
  }
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) {
    return undefined;
  }
  return start >= size ? 'none' : { start, end };
}
