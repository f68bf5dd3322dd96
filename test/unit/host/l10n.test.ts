import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import type { SearchMessage } from '../../../src/core/search/messages';
import { plainMessages } from '../../../src/core/search/plainMessages';
import { panelStrings } from '../../../src/protocol/panelStrings';
import { sourcesOf } from './sources';

const bundleFile = 'l10n/bundle.l10n.json';

/** Each kind of file that holds texts: English, and one beside it for each other language. */
const files = [
  { english: bundleFile, translated: (language: string) => `l10n/bundle.l10n.${language}.json` },
  { english: 'package.nls.json', translated: (language: string) => `package.nls.${language}.json` },
];

/** The languages beside English, and the texts that are the same in them: words that English shares, names, signs. */
const languages: Readonly<Record<string, readonly string[]>> = {
  de: [
    '({0})',
    'Auto',
    'Baseline',
    'Commit',
    'Commit: {0}',
    'EMA',
    'Experiment',
    'Labbook',
    'Max',
    'Min',
    'Name',
    'Status',
    'Tags',
    'log',
    'n = 1',
    'n = {0}',
    'orange',
    'symlog',
    'x',
    '{0} = {1}',
    '{0} · {1}',
    '{0} – {1}',
    '{0}, n = {1}',
    '{0}, {1}, {2}',
    '{0}, {1}, {2}, {3} {4}',
    '{0}: {1}',
    '± {0}',
  ],
  'zh-cn': ['({0})', 'EMA', 'Labbook', 'n = 1', 'n = {0}', 'x', '{0} = {1}', '{0} · {1}', '{0} – {1}', '± {0}'],
};

function textsOf(file: string): Record<string, string> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}

/**
 * What a translation may not change: its placeholders, targets of links, code, commands of MLflow, the number of lines (a link alone in
 * its line is a button) and whether it ends with an ellipsis.
 */
function fixedParts(text: string): string[] {
  const found = text.match(/\{\d+\}|\]\([^)]*\)|`[^`]*`|\$\([^)]*\)|\b[a-z]+(?:_[a-z]+)+\b|\bMLFLOW_\w+|\n/g) ?? [];
  return [...found.sort(), /(?:\.{3}|…)$/.exec(text)?.[0] ?? ''];
}

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

/** Attributes whose text is shown or spoken. */
const spokenAttributes = new Set(['title', 'label', 'detail', 'placeholder', 'alt', 'aria-label', 'aria-description']);
/** Names of keys stand on keyboards in whatever language. */
const keyNames = new Set(['Tab', 'Ctrl', 'Space']);

/** Texts that a panel shows as they stand in its code. */
function bareTexts(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && /\p{L}{2}/u.test(node.text.replace(/&\w+;/g, '')) && !keyNames.has(node.text.trim())) {
      found.push(`${file}: ${node.text.trim()}`);
    }
    if (ts.isJsxAttribute(node) && spokenAttributes.has(node.name.getText())) {
      const { initializer } = node;
      const value = initializer && ts.isJsxExpression(initializer) ? initializer.expression : initializer;
      if (value && ts.isStringLiteralLike(value) && value.text !== '') {
        found.push(`${file}: ${node.getText()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX));
  return found;
}

describe('l10n', () => {
  const found = [...sourcesOf('src/host'), ...sourcesOf('src/extension.ts')].map(({ file, text }) =>
    translatedTexts(file, text),
  );
  const texts = [...new Set([...found.flatMap((each) => each.texts), ...Object.values<string>(panelStrings)])].sort();

  it('translates literals only, beside the lists of the panels and of the filter’s errors', () => {
    const others = found.flatMap((each) => each.others);
    const lists = ['src/host/panels/panels.ts: english', 'src/host/platform/reasons.ts: plainMessages[key]'];
    assert.deepEqual(others, lists);
  });

  it('has every text in the bundle and nothing else (UPDATE_L10N=1 writes it)', () => {
    if (process.env['UPDATE_L10N']) {
      writeFileSync(bundleFile, `${JSON.stringify(Object.fromEntries(texts.map((each) => [each, each])), null, 2)}\n`);
    }
    const bundle = textsOf(bundleFile);
    assert.deepEqual(Object.keys(bundle).sort(), texts);
    assert.ok(texts.length > 50);
  });

  it('takes every text that panels show from their list', () => {
    const bare = sourcesOf('webview-ui')
      .filter(({ file }) => file.endsWith('.tsx'))
      .flatMap(({ file, text }) => bareTexts(file, text));
    assert.deepEqual(bare, []);
  });

  it('is translated into each of the languages and no other', () => {
    const expected = Object.keys(languages).flatMap((language) => files.map((file) => file.translated(language)));
    const present = [...readdirSync('l10n').map((name) => `l10n/${name}`), ...readdirSync('.')].filter((name) =>
      /(?:bundle\.l10n|package\.nls)\.[^.]+\.json$/.test(name),
    );
    assert.deepEqual(present.sort(), expected.sort());
  });

  for (const [language, same] of Object.entries(languages)) {
    for (const { english, translated } of files) {
      it(`has every text of ${english} in ${translated(language)}, and nothing else`, () => {
        const [from, to] = [textsOf(english), textsOf(translated(language))];
        const lacks = Object.keys(from).filter((key) => !to[key]?.trim());
        assert.deepEqual(lacks, [], 'texts that wait for a translation');
        const surplus = Object.keys(to).filter((key) => from[key] === undefined);
        assert.deepEqual(surplus, [], 'translations of texts that are gone');
      });

      it(`keeps the placeholders, links, code and lines of ${english} in ${translated(language)}`, () => {
        const [from, to] = [textsOf(english), textsOf(translated(language))];
        for (const [key, text] of Object.entries(from)) {
          assert.deepEqual(fixedParts(to[key] ?? text), fixedParts(text), `${key}: ${to[key]}`);
        }
      });
    }

    it(`has whole sentences for every error of the filter in ${language}`, () => {
      const to = textsOf(`l10n/bundle.l10n.${language}.json`);
      const places = (text: string): string[] => text.match(/\{\d\}/g)?.sort() ?? [];
      for (const [key, text] of Object.entries<string>(plainMessages)) {
        assert.ok(to[text], key);
        assert.deepEqual(places(to[text]), places(text), key);
        assert.equal(panelStrings[key as SearchMessage], text, `${key} is the key of another text of the panels, too`);
        if (!/^(?:named|noun|word)[A-Z]/.test(key)) {
          assert.match(to[text], /[.。]$/, key);
        }
      }
    });

    it(`leaves no text English in ${language} but those that are the same there`, () => {
      const equal = files.flatMap(({ english, translated }) => {
        const to = textsOf(translated(language));
        return Object.entries(textsOf(english)).flatMap(([key, text]) => (to[key] === text ? [text] : []));
      });
      assert.deepEqual([...new Set(equal)].sort(), [...same].sort());
    });
  }
});
