import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { ApiError } from '../../../src/core/errors';
import { parseArtifactPath, parseArtifactUrl } from '../../../src/server/artifacts/paths';

/** B01 to B18 of the list of bad inputs, as they stand in a URL. */
const bad = [
  '../x', '..%5Cx', '..\\x', '....//x', '%2e%2e%2fx', '%252e%252e%252fx', '%25252e%25252e/x', '..%c0%af', '%c0%ae%c0%ae/x', '%EF%BC%8E%EF%BC%8E/x',
  '/etc/passwd', '%2Fetc%2Fpasswd', 'C:%5CWindows%5Cwin.ini', 'C:x', 'c:/x', '0/run/artifacts/C:/x', '%5C%5Chost%5Cshare', '//host/share',
  '//proc/self/root/etc/passwd', 'file:///etc/passwd', 'file:/etc', 'http:///%23/../../etc/', 'a%3F/../../x', 'a%23/../../x', 'a%23b', 'a;/../../x',
  'a%00b', 'a%2500b', 'a%0Ab', 'a/./b', '.', '..', 'a/..', 'a//b', '%', '%zz', '%ff', 'x'.repeat(256), 'a/'.repeat(2100) + 'b', 'a%5Cb', '/',
]; // prettier-ignore

describe('artifacts/paths', () => {
  it('refuses every path of the list of bad inputs', () => {
    for (const each of bad) {
      assert.throws(
        () => parseArtifactUrl(each),
        (error: unknown) =>
          error instanceof ApiError && error.status === 400 && error.message.startsWith('Invalid path'),
        each,
      );
    }
  });

  it('takes names as people have them', () => {
    assert.deepEqual(parseArtifactUrl('0/run/artifacts/a%20b/h%C3%A4%C3%9F%20%E6%97%A5.txt'), [
      '0', 'run', 'artifacts', 'a b', 'häß 日.txt',
    ]); // prettier-ignore
    assert.deepEqual(parseArtifactUrl('a/50%25.txt'), ['a', '50%.txt']);
    assert.deepEqual(parseArtifactUrl('a/...'), ['a', '...']);
    assert.deepEqual(parseArtifactUrl('a/b+c&d=e,f;g(h)[i]{j}@k~.txt'), ['a', 'b+c&d=e,f;g(h)[i]{j}@k~.txt']);
    assert.deepEqual(parseArtifactPath(''), []);
    assert.deepEqual(parseArtifactPath('a/b/'), ['a', 'b']);
  });

  it('never leads out of the root, whatever it is given', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        '%2e',
        '%2f',
        '%5c',
        '%25',
        '%00',
        'C:',
        '．',
        '‥',
        '/',
        '#',
        '?',
        ';',
        ' ',
        '~',
      ),
      fc.string({ maxLength: 3, unit: 'grapheme' }),
    );
    const root = '/store/artifacts';
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        let segments;
        try {
          segments = parseArtifactUrl(pieces.join(''));
        } catch (error) {
          assert.ok(error instanceof ApiError && error.status === 400);
          return;
        }
        let text = segments.join('/');
        for (let round = 0; round < 5; round++) {
          for (const style of [path.posix, path.win32]) {
            const base = style.resolve(root);
            const place = style.resolve(base, text);
            assert.ok(place === base || place.startsWith(base + style.sep), `${style.sep} ${place}`);
          }
          try {
            text = decodeURIComponent(text);
          } catch {
            break;
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
