// Few rules, each for a reason: types are checked by tsc; here stand the walls between the rooms (docs/architecture.md)
// and what the type checker cannot see (floating promises, hooks, size).
import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const rooms = ['core', 'protocol', 'client', 'server', 'host'];
const browser = 'webview-ui';

/** Import patterns of every room that `allowed` does not name. */
function wall(allowed, { node, vscode, react }) {
  const patterns = [];
  for (const room of rooms.filter((each) => !allowed.includes(each))) {
    patterns.push({
      group: [`**/${room}/**`, `**/${room}`, '!react-dom/client'],
      message: `This room may not import ${room}.`,
    });
  }
  if (!allowed.includes(browser)) {
    patterns.push({ group: ['**/webview-ui/**'], message: 'Only webview-ui may import webview-ui.' });
  }
  patterns.push({ group: ['**/test/**'], message: 'Code that ships may not import test code.' });
  if (!node) {
    patterns.push({ group: ['node:*'], message: 'This room runs without Node.' });
  }
  const paths = [];
  if (!vscode) {
    paths.push({ name: 'vscode', message: 'Only src/host and src/extension.ts may import vscode.' });
  }
  if (!react) {
    patterns.push({ group: ['react', 'react-dom', 'chart.js'], message: 'Only webview-ui draws.' });
  }
  return { 'no-restricted-imports': ['error', { paths, patterns }] };
}

const walls = [
  { room: 'src/core', allowed: ['core'] },
  { room: 'src/protocol', allowed: ['core', 'protocol'] },
  { room: 'src/client', allowed: ['core', 'protocol', 'client'], node: true },
  { room: 'src/server', allowed: ['core', 'protocol', 'server'], node: true },
  { room: 'src/host', allowed: ['core', 'protocol', 'client', 'host'], node: true, vscode: true },
  { room: 'webview-ui', allowed: ['core', 'protocol', browser], react: true },
].map(({ room, allowed, node = false, vscode = false, react = false }) => ({
  files: [`${room}/**/*.ts`, `${room}/**/*.tsx`],
  rules: wall(allowed, { node, vscode, react }),
}));

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'node_modules/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['src/*/tsconfig.json', 'webview-ui/tsconfig.json', 'test/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A promise-returning handler where void is expected is fine only for event attributes of the panels.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // describe() blocks are long by nature; tests print what they measured.
    files: ['test/**', 'bench/**'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
  { files: ['webview-ui/**/*.tsx'], plugins: { 'react-hooks': hooks }, rules: hooks.configs.recommended.rules },
  ...walls,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
