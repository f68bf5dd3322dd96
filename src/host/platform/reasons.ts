import { RequestError } from '../../client/requestError';
import { ServerProcessError, type ServerFault } from '../../client/serverProcess';
import { english, type Translate } from './text';

/**
 * Why something failed, in the user's language where it is of a known kind. Servers speak English, and their own words know more (which
 * name, which file): in English they stand alone, else behind the translation.
 */
export function reasonOf(error: unknown, t: Translate): string {
  const words = error instanceof Error ? error.message : String(error);
  const known = kindOf(error, t);
  return known === undefined || known === kindOf(error, english) ? words : `${known} (${words})`;
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
    default:
      return undefined;
  }
}
