/** Addresses of notes: `labbook-notes:/run/<id>/<name>.md`. The name is for the tab; the kind and the id say whose note it is. */
export type NoteSubject =
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'experiment'; readonly id: string }
  | { readonly kind: 'model'; readonly id: string }
  /** `id` is the model's name. */
  | { readonly kind: 'version'; readonly id: string; readonly version: number };

/** The path of the address, not percent-encoded, as `vscode.Uri` wants it. */
export function toNotePath(subject: NoteSubject, name: string): string {
  const tab = name.replace(/[\\/:*?"<>|\s]+/g, ' ').trim() || 'note';
  const id = encodeURIComponent(subject.id);
  const version = subject.kind === 'version' ? `/${subject.version}` : '';
  return `/${subject.kind}/${id}${version}/${tab}.md`;
}

/** @returns undefined where the path is no note's */
export function fromNotePath(uriPath: string): NoteSubject | undefined {
  const [empty, kind, encoded = '', ...rest] = uriPath.split('/');
  if (empty !== '' || encoded === '' || !rest.at(-1)?.endsWith('.md')) {
    return undefined;
  }
  const id = decoded(encoded);
  if (id === undefined) {
    return undefined;
  }
  if (kind === 'version') {
    const version = Number(rest[0]);
    return rest.length === 2 && Number.isSafeInteger(version) && version > 0 ? { kind, id, version } : undefined;
  }
  return rest.length === 1 && (kind === 'run' || kind === 'experiment' || kind === 'model') ? { kind, id } : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
