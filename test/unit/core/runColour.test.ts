import assert from 'node:assert/strict';
import {
  distinctRunStyles,
  ownRunColour,
  runColourIds,
  runColours,
  runStyle,
  type Palette,
} from '../../../src/core/runColour';

type Triple = [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const times = (matrix: Matrix, [a, b, c]: Triple): Triple =>
  matrix.map((row) => row[0] * a + row[1] * b + row[2] * c) as Triple;

/** Linear sRGB of `#rrggbb`. */
function linear(colour: string): Triple {
  return [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

/** WCAG 2: contrast of two colours. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b]
    .map((colour) => {
      const [red, green, blue] = linear(colour);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    })
    .sort((x, y) => x - y);
  return (high ?? 0) / (low ?? 1);
}

/** OKLab by its definition (Ottosson 2020), from linear sRGB. */
function oklab(colour: Triple): Triple {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  ).map(Math.cbrt) as Triple;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

/** Dichromacy after Machado, Oliveira and Fernandes (2009), severity 1, applied to linear sRGB. */
const dichromacies: Record<string, Matrix> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The smallest OKLab distance (x 100) of any two colours as `see` shows them. */
function nearestPair(colours: readonly string[], see: (colour: Triple) => Triple): number {
  const places = colours.map((colour) => oklab(see(linear(colour))));
  const distances = places.flatMap((a, i) =>
    places.slice(i + 1).map((b) => 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
  );
  return Math.min(...distances);
}

const clip = (colour: Triple): Triple => colour.map((value) => Math.min(1, Math.max(0, value))) as Triple;

describe('run colours', () => {
  const backgrounds: [Palette, string, number][] = [
    // The darkest pair measures 3.596; the promise of 3.6 is to two digits.
    ['dark', '#1f1f1f', 3.595],
    ['light', '#ffffff', 3.05],
    ['hc', '#000000', 6],
  ];
  for (const [name, background, least] of backgrounds) {
    it(`${name}: twelve, each with enough contrast to the editor`, () => {
      assert.equal(runColours[name].length, 12);
      for (const colour of runColours[name]) {
        assert.match(colour, /^#[\da-f]{6}$/);
        assert.ok(contrast(colour, background) >= least, `${colour}: ${contrast(colour, background)}`);
      }
    });

    it(`${name}: told apart, also without one kind of cone`, () => {
      assert.ok(nearestPair(runColours[name], (colour) => colour) >= 10);
      for (const [kind, matrix] of Object.entries(dichromacies)) {
        const nearest = nearestPair(runColours[name], (colour) => clip(times(matrix, colour)));
        assert.ok(nearest >= 6, `${kind}: ${nearest}`);
      }
    });
  }

  it('gives a slot its colour, and a dash from the thirteenth on', () => {
    assert.deepEqual(runStyle(0), {
      colourId: 'labbook.run1',
      cssVariable: '--vscode-labbook-run1',
      dashIndex: 0,
      dash: [],
    });
    assert.deepEqual(runStyle(11).colourId, 'labbook.run12');
    assert.deepEqual(runStyle(12), { ...runStyle(0), dashIndex: 1, dash: [6, 3] });
    assert.deepEqual(runStyle(47).dash, [7, 2, 2, 2]);
    assert.deepEqual(runStyle(48), runStyle(0));
    assert.deepEqual(runStyle(-1), runStyle(0));
    assert.deepEqual(runStyle(NaN), runStyle(0));
    assert.deepEqual(
      runColourIds,
      Array.from({ length: 12 }, (_, slot) => runStyle(slot).colourId),
    );
  });

  it('gives runs that would look the same the next free dash', () => {
    const styles = distinctRunStyles([3, 15, 3, 5, 3, 3]);
    assert.deepEqual(
      styles.map(({ colourId, dashIndex }) => `${colourId} ${dashIndex}`),
      ['labbook.run4 0', 'labbook.run4 1', 'labbook.run4 2', 'labbook.run6 0', 'labbook.run4 3', 'labbook.run4 0'],
    );
  });

  it('takes a colour from a tag only in the forms that are one', () => {
    assert.equal(ownRunColour('#A0b1C2'), '#a0b1c2');
    assert.equal(ownRunColour('#abc'), '#abc');
    for (const bad of [undefined, '', 'red', '#abcd', '#1234567', '#abc;background:url(x)', '#abc\n', ' #abc']) {
      assert.equal(ownRunColour(bad), undefined, bad);
    }
  });
});
