import { version } from '../../package.json';

/** Labbook's own version. */
export const labbookVersion = version;

/** What `GET /version` answers: the newest MLflow whose client was tried against this server. */
export const mlflowVersion = '3.17.2';
