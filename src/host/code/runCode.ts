/** What a run says of its code, as pure functions. */
import path from 'node:path';
import { tagNames, type Run } from '../../core/model';

const repositoryTags = { commit: tagNames.gitCommit, source: tagNames.sourceName, entry: 'mlflow.project.entryPoint' };

export interface RunCode {
  readonly commit: string | undefined;
  /** Path of the script as the client wrote it down; undefined for a notebook or an interactive session. */
  readonly script: string | undefined;
}

export function codeOf(run: Run): RunCode {
  const tag = (key: string): string | undefined => run.tags.find((each) => each.key === key)?.value || undefined;
  const commit = tag(repositoryTags.commit);
  const script = tag(repositoryTags.source);
  return {
    commit: commit !== undefined && /^[0-9a-f]{7,64}$/i.test(commit) ? commit : undefined,
    script: script !== undefined && /\.(py|ipynb|r|jl|scala|java|ts|js|sh)$/i.test(script) ? script : undefined,
  };
}

/**
 * Where the script may lie in a repository, likeliest first: as it was written down, absolute or below the folders that scripts
 * are usually started in.
 */
export function scriptPlaces(script: string, repositoryRoot: string, workspaceFolders: readonly string[]): string[] {
  const candidates = path.isAbsolute(script)
    ? [script]
    : [...workspaceFolders, repositoryRoot].map((folder) => path.resolve(folder, script));
  const inside = candidates.filter((file) => {
    const relative = path.relative(repositoryRoot, file);
    return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  });
  return [...new Set(inside)];
}

/** A run's parameters as a text that compares line by line: `key = value`, sorted, further lines of a value indented. */
export function paramsText(run: Pick<Run, 'params'>): string {
  return [...run.params]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, value }) => `${key} = ${value.replaceAll(/\r?\n/g, '\n    ')}\n`)
    .join('');
}
