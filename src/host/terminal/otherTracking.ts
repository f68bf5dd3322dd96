/** Whether the user's scripts log somewhere else already. Pure. */
import { uriVariable } from './environment';

/** Set beside `MLFLOW_TRACKING_URI` in terminals, so that a window that was opened from one does not take it for the user's choice. */
export const markVariable = 'LABBOOK_TRACKING_URI';

export interface OtherTracking {
  readonly uri: string;
  readonly place: 'settings' | 'envFile' | 'shell';
}

export interface TrackingPlaces {
  /** Of the extension host: what the editor was started with. */
  readonly processEnvironment: Readonly<Record<string, string | undefined>>;
  /** `terminal.integrated.env.*` of this system. */
  readonly terminalSettings: unknown;
  /** `.env` of the workspace folder. */
  readonly envFile: string | undefined;
  /** What is this server's own. */
  readonly ownUri: string;
}

/** Where the user chose a tracking server of their own; the most specific place wins, as it does for scripts. */
export function otherTracking(places: TrackingPlaces): OtherTracking | undefined {
  const { processEnvironment, terminalSettings, envFile, ownUri } = places;
  const ofSettings: unknown =
    typeof terminalSettings === 'object' && terminalSettings !== null
      ? Reflect.get(terminalSettings, uriVariable)
      : undefined;
  const ofShell = processEnvironment[uriVariable];
  const isOurs = ofShell !== undefined && ofShell === processEnvironment[markVariable];
  const candidates: OtherTracking[] = [
    { place: 'envFile', uri: envFile === undefined ? '' : (valueIn(envFile, uriVariable) ?? '') },
    { place: 'settings', uri: typeof ofSettings === 'string' ? ofSettings : '' },
    { place: 'shell', uri: isOurs ? '' : (ofShell ?? '') },
  ];
  return candidates.find(({ uri }) => uri.trim() !== '' && !isSame(uri, ownUri));
}

/** The value of a variable in an env file's text, without its quotes; the last one counts. */
export function valueIn(envFile: string, name: string): string | undefined {
  let value: string | undefined;
  for (const line of envFile.split(/\r?\n/)) {
    const [, key, text = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === name) {
      value = text.replace(/^(['"])(.*)\1$/, '$2');
    }
  }
  return value;
}

/** The same server, however it is written: `localhost`, a slash at the end, user info. */
function isSame(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(uri: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(uri);
    const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname;
    return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
  } catch {
    return uri;
  }
}
