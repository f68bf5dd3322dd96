import { RequestError } from '../../client/requestError';
import { sayText, type SearchText } from '../../core/search/messages';
import { plainMessages } from '../../core/search/plainMessages';
import { ServerProcessError, type ServerFault } from '../../client/serverProcess';
import { english, type Translate } from './text';

/**
 * Why something failed, in the user's language where it is of a known kind. Servers speak English, and their own words know more (which
 * name, which file): in English they stand alone, else behind the translation.
 */
export function reasonOf(error: unknown, t: Translate): string {
  const words = error instanceof Error ? error.message : String(error);
  return withKind((language) => kindOf(error, language), words, t);
}

/** What is wrong with a filter that was parsed here, in the user's language. */
export function filterReason(error: SearchText, t: Translate): string {
  return sayText(error, (key, args) => t(plainMessages[key], ...args));
}

/** Why a name cannot be used: in other languages that it cannot, before the rule's words. */
export function nameReason(words: string, t: Translate): string {
  return withKind(nameKind, words, t);
}

function nameKind(t: Translate): string {
  return t('This name cannot be used.');
}

function withKind(kind: (t: Translate) => string | undefined, words: string, t: Translate): string {
  const known = kind(t);
  return known === undefined || known === kind(english) ? words : `${known} (${words})`;
}

function kindOf(error: unknown, t: Translate): string | undefined {
  if (error instanceof ServerProcessError) {
    return kindOfFault(error.fault, t);
  }
  return error instanceof RequestError ? kindOfRequest(error, t) : undefined;
}

function kindOfFault(fault: ServerFault, t: Translate): string | undefined {
  switch (fault) {
    case 'held':
      return t('Another process has the store.');
    case 'damaged':
      return t('The store is damaged.');
    case 'full':
      return t('The disk is full.');
    case 'folder':
      return t('The store’s folder cannot be made.');
    case 'silent':
      return t('The tracking server does not answer.');
    case 'stays':
      return t('The tracking server does not end.');
    case 'other':
      return undefined;
  }
}

function kindOfRequest({ failure, status, code }: RequestError, t: Translate): string | undefined {
  if (failure === 'timeout') {
    return t('The tracking server does not answer.');
  }
  if (failure === 'unreachable') {
    return t('The tracking server cannot be reached.');
  }
  if (status === 507) {
    return t('The disk is full.');
  }
  switch (code) {
    case 'RESOURCE_DOES_NOT_EXIST':
      return t('It is not there.');
    case 'RESOURCE_ALREADY_EXISTS':
      return t('There is one of this name already.');
    case 'PERMISSION_DENIED':
      return t('The server does not allow it.');
    case 'INVALID_PARAMETER_VALUE':
    case 'BAD_REQUEST':
      return t('The server does not take that.');
    case 'INVALID_STATE':
      return t('That is not possible in its present state.');
    case 'ENDPOINT_NOT_FOUND':
    case 'NOT_IMPLEMENTED':
      return t('The server cannot do that.');
    case 'REQUEST_TOO_LARGE':
      return t('It is too large for the server.');
    case 'DATA_LOSS':
      return t('The store is damaged.');
    default:
      return undefined;
  }
}
