import { ApiError } from '../../../core/errors';
import { extrasPrefix, type Info, type SlotsResponse } from '../../../protocol/extras';
import type { Store } from '../../store/types';
import { labbookVersion } from '../../version';
import type { Endpoint } from '../endpoint';
import { decode, message, texts } from '../fields';
import { countTableRuns } from './table';

const slotsRequest = message({ run_ids: texts });
const maxRuns = 100_000;

/** Labbook's own resources that answer JSON, with their full paths. */
export function extraEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'GET', path: `${extrasPrefix}/info`, handle: () => info(store) },
    { method: 'POST', path: `${extrasPrefix}/slots`, handle: (input) => slots(store, input) },
    { method: 'POST', path: `${extrasPrefix}/table/count`, handle: (input) => countTableRuns(store, input) },
  ];
}

function info(store: Store): Info {
  return {
    version: labbookVersion,
    capabilities: ['events', 'series', 'slots', 'shutdown', 'table', 'purge', 'liveness'],
    store: store.folder,
    pid: process.pid,
    revision: store.revision,
    read_only: store.refusesWrites,
  };
}

function slots(store: Store, input: unknown): SlotsResponse {
  const { run_ids } = decode(slotsRequest, input);
  if (run_ids.length > maxRuns) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `At most ${maxRuns} runs can be asked about at once.`);
  }
  return { slots: Object.fromEntries(store.getSlots(run_ids)) };
}
