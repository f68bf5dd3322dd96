// Terminals in which `python` is the interpreter of an environment, whatever the user's own start-up files put on the PATH.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @returns user settings for a workbench whose terminals have the environment of `python` active; `home` takes a small file */
export function terminalSettings(home, python) {
  const bin = path.dirname(python);
  if (process.platform === 'win32') {
    return { 'terminal.integrated.env.windows': { PATH: `${bin};\${env:PATH}`, VIRTUAL_ENV: path.dirname(bin) } };
  }
  // pyenv, conda and others put themselves first in ~/.bashrc; so the environment is activated after it.
  const file = path.join(home, 'terminal.sh');
  mkdirSync(home, { recursive: true });
  writeFileSync(file, `[ -f ~/.bashrc ] && . ~/.bashrc\n. '${path.join(bin, 'activate')}'\n`);
  const platform = process.platform === 'darwin' ? 'osx' : 'linux';
  return {
    [`terminal.integrated.profiles.${platform}`]: { sample: { path: 'bash', args: ['--init-file', file] } },
    [`terminal.integrated.defaultProfile.${platform}`]: 'sample',
  };
}
