import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { panelStrings } from '../../../src/protocol/panelStrings';
import { sourcesOf } from './sources';

const bundleFile = 'l10n/bundle.l10n.json';

/** The first argument of every call of `t(…)` or `….t(…)`; what is no literal cannot be translated. */
function translatedTexts(file: string, text: string): { texts: string[]; others: string[] } {
  const texts: string[] = [];
  const others: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression: callee } = node;
      const [first] = node.arguments;
      const name = ts.isIdentifier(callee)
        ? callee.text
        : ts.isPropertyAccessExpression(callee)
          ? callee.name.text
          : '';
      if (name === 't' && first) {
        if (ts.isStringLiteral(first)) {
          texts.push(first.text);
        } else {
          others.push(`${file}: ${first.getText()}`);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return { texts, others };
}

describe('l10n', () => {
  const found = [...sourcesOf('src/host'), ...sourcesOf('src/extension.ts')].map(({ file, text }) =>
    translatedTexts(file, text),
  );
  const texts = [...new Set([...found.flatMap((each) => each.texts), ...Object.values<string>(panelStrings)])].sort();

  it('translates literals only, beside the panels’ own list', () => {
    const others = found.flatMap((each) => each.others);
    assert.deepEqual(others, ['src/host/panels/panels.ts: english']);
  });

  it('has every text in the bundle and nothing else (UPDATE_L10N=1 writes it)', () => {
    if (process.env['UPDATE_L10N']) {
      writeFileSync(bundleFile, `${JSON.stringify(Object.fromEntries(texts.map((each) => [each, each])), null, 2)}\n`);
    }
    const bundle = JSON.parse(readFileSync(bundleFile, 'utf8')) as Record<string, string>;
    assert.deepEqual(Object.keys(bundle).sort(), texts);
    assert.ok(texts.length > 50);
  });
});
