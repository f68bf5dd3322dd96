/** A session of a panel with the real host, as it is kept in `test/fakes/sessions`: what was asked and answered, and what was told. */
import type { PanelNotices, PanelRequests, PanelSubject } from '../../../src/protocol/panels';

/** A request and its answer, by method. */
export type Exchange = {
  [Method in keyof PanelRequests]: {
    readonly kind: 'exchange';
    /** Milliseconds since the session began, and the step of the session, from 0. */
    readonly at: number;
    readonly step: number;
    readonly method: Method;
    readonly params: PanelRequests[Method]['params'];
    readonly result: PanelRequests[Method]['result'];
  };
}[keyof PanelRequests];

export type Told = {
  [Name in keyof PanelNotices]: {
    readonly kind: 'notice';
    readonly at: number;
    readonly step: number;
    readonly name: Name;
    readonly data: PanelNotices[Name];
  };
}[keyof PanelNotices];

export interface Session {
  readonly subject: PanelSubject;
  /** The page's clock, Unix milliseconds. */
  readonly now: number;
  readonly events: readonly (Exchange | Told)[];
}

interface Bytes {
  readonly base64: string;
}

/** As JSON; what is binary in base64. */
export function writeSession(session: Session): string {
  const events = session.events.map((event) => toText(event)).join(',\n    ');
  const { subject, now } = session;
  return `{\n  "subject": ${JSON.stringify(subject)},\n  "now": ${now},\n  "events": [\n    ${events}\n  ]\n}\n`;
}

/** @throws SyntaxError */
export function readSession(text: string): Session {
  // Written by `writeSession` in a build of the same contract; a recording of an older one fails at its first request.
  return fromText(text) as Session;
}

export function toText(value: unknown): string {
  return JSON.stringify(value, asText);
}

/** @throws SyntaxError */
export function fromText(text: string): unknown {
  return JSON.parse(text, asBytes) as unknown;
}

function asText(_: string, value: unknown): unknown {
  if (!(value instanceof ArrayBuffer)) {
    return value;
  }
  let binary = '';
  new Uint8Array(value).forEach((byte) => (binary += String.fromCharCode(byte)));
  return { base64: btoa(binary) } satisfies Bytes;
}

function asBytes(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'base64') {
    return value;
  }
  const { base64 } = value as Bytes;
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}
