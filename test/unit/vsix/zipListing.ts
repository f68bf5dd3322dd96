import assert from 'node:assert/strict';

/**
 * The names of the files in a ZIP archive (a VSIX is one), in the archive's order, from its central directory.
 * @throws AssertionError where the bytes are no ZIP
 */
export function zipListing(bytes: Buffer): string[] {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  assert.notEqual(end, -1, 'no end of central directory');
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  const names: string[] = [];
  for (let entry = 0; entry < count; entry++) {
    assert.equal(bytes.readUInt32LE(at), 0x02014b50, 'no central directory entry');
    const nameLength = bytes.readUInt16LE(at + 28);
    const rest = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    names.push(bytes.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + rest;
  }
  return names;
}
