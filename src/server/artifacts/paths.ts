import { ApiError } from '../../core/errors';
import { decodeOnce, hasControl, isDots } from '../../core/limits';

const maxPathBytes = 4096;
const maxSegmentBytes = 255;
/** Names that Windows reads as devices, whatever their extension. */
// ¹, ² and ³ are digits to Windows. As escapes they leave the program ASCII, which is read faster (start.ts).
const deviceName = /^(?:con|prn|aux|nul|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3])(?:\.|$)/i;

/**
 * Reads the path of an artifact as it stands in a URL: percent-encoded, relative to the artifact root.
 * @returns its segments, decoded once; none for the root itself
 * @throws ApiError INVALID_PARAMETER_VALUE for whatever could mean something else than a place below the root, also after
 *   more rounds of percent-decoding, in Unicode's compatibility forms, or on Windows
 */
export function parseArtifactUrl(encoded: string): string[] {
  let path;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw invalid(encoded, 'it is not valid percent-encoded UTF-8');
  }
  return parseArtifactPath(path);
}

/** The same for a path that is decoded already, such as a query's parameter. A slash at the end is allowed. */
export function parseArtifactPath(path: string): string[] {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw invalid(path, `it is longer than ${maxPathBytes} bytes`);
  }
  let variant = path;
  for (let round = 0; ; round++) {
    const fault = faultOf(variant);
    if (fault !== undefined) {
      throw invalid(path, fault);
    }
    const next = decodeOnce(variant);
    if (next === variant) {
      break;
    }
    if (round === 10) {
      throw invalid(path, 'it is percent-encoded too many times');
    }
    variant = next;
  }
  const segments = path.replace(/\/$/, '').split('/');
  return segments.length === 1 && segments[0] === '' ? [] : segments;
}

function faultOf(path: string): string | undefined {
  if (hasControl(path)) {
    return 'it contains a control character';
  }
  if (path.includes('\\') || path.includes('#')) {
    return "it contains '\\' or '#'";
  }
  const inner = path.replace(/\/$/, '');
  return inner === '' ? (path === '' ? undefined : 'it is absolute') : firstFault(inner.split('/'));
}

function firstFault(segments: readonly string[]): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:$/i.test(segments[0] ?? '')) {
    return 'it is a URI or names a drive';
  }
  for (const segment of segments) {
    const fault = faultOfSegment(segment);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

function faultOfSegment(segment: string): string | undefined {
  if (segment === '') {
    return 'it is absolute or has two slashes in a row';
  }
  if (segment === '.' || isDots(segment)) {
    return "it contains a segment '.' or '..'";
  }
  if (/^[a-zA-Z]:/.test(segment)) {
    return 'it names a drive';
  }
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    return `it has a name of more than ${maxSegmentBytes} bytes`;
  }
  if (process.platform === 'win32' && (/[<>:"|?*]|[. ]$/.test(segment) || deviceName.test(segment))) {
    return 'it has a name that Windows does not allow';
  }
  return undefined;
}

function invalid(path: string, why: string): ApiError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new ApiError('INVALID_PARAMETER_VALUE', `Invalid path '${shown}': ${why}`);
}
