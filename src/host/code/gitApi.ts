import * as vscode from 'vscode';

/** What is used of VS Code's own Git extension (its API 1). */
export interface GitRepository {
  readonly rootUri: vscode.Uri;
  /** Files that differ between a commit and the working tree. */
  diffWith(commit: string): Promise<GitChange[]>;
  diffBetween(from: string, to: string): Promise<GitChange[]>;
  getCommit(ref: string): Promise<{ readonly hash: string; readonly message: string }>;
}

export interface GitChange {
  readonly uri: vscode.Uri;
  readonly originalUri: vscode.Uri;
  readonly renameUri: vscode.Uri | undefined;
}

export interface GitApi {
  readonly repositories: readonly GitRepository[];
  getRepository(uri: vscode.Uri): GitRepository | null;
  /** A file as it was at a commit; an empty `ref` is the index. */
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** @throws Error fit to show, where Git is switched off */
export async function gitApi(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  const git = await extension?.activate();
  if (git === undefined || !git.enabled) {
    throw new Error(vscode.l10n.t('Git is switched off in this window'));
  }
  return git.getAPI(1);
}

/** Milliseconds that the Git extension gets to find the workspace's repositories. */
const scanLimit = 5000;

/**
 * The repository that knows a commit, asked in turn.
 * @throws Error fit to show, where none does
 */
export async function repositoryWith(api: GitApi, commit: string): Promise<GitRepository> {
  const deadline = performance.now() + scanLimit;
  do {
    for (const repository of api.repositories) {
      try {
        await repository.getCommit(commit);
        return repository;
      } catch {
        // Another repository may have it.
      }
    }
    if (api.repositories.length > 0) {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (performance.now() < deadline);
  const short = commit.slice(0, 12);
  throw new Error(
    api.repositories.length === 0
      ? vscode.l10n.t('no Git repository is open in this window')
      : vscode.l10n.t('no open repository has the commit {0}; fetch it first', short),
  );
}
