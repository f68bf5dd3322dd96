/** What the requests of panels use of VS Code, with nothing set, for recordings outside of it (`recordSession.ts`). */
export const workspace = {
  getConfiguration: () => ({ get: (): undefined => undefined }),
  workspaceFolders: undefined,
};

export const l10n = {
  t: (message: string, ...values: unknown[]): string =>
    message.replace(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)])),
};

export const env = { clipboard: { writeText: (): Promise<void> => Promise.resolve() } };

export const commands = { executeCommand: (): Promise<void> => Promise.resolve() };
