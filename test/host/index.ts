import { readdirSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * Runs the suites that were bundled beside this file, inside VS Code's extension host.
 * @throws Error when a test failed or none ran, which VS Code turns into its exit code
 */
export async function run(): Promise<void> {
  // The prefix tells the report from everything else that VS Code logs.
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(`[test] ${format(...args)}`);
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: false,
    timeout: Number(process.env['LABBOOK_TEST_TIMEOUT'] ?? '20000'),
    ...(process.env['LABBOOK_TEST_GREP'] ? { grep: process.env['LABBOOK_TEST_GREP'] } : {}),
  });
  for (const name of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.test.cjs')) {
      mocha.addFile(path.join(__dirname, name));
    }
  }
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const count = runner.stats?.tests ?? 0;
      if (failures > 0 || count === 0) {
        reject(new Error(count === 0 ? 'No test ran' : `${failures} of ${count} tests failed`));
      } else {
        resolve();
      }
    });
  });
}
