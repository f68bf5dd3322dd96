import { ApiError } from '../../../core/errors';
import type { LivenessResponse } from '../../../protocol/extras';
import type { Liveness } from '../../liveness/liveness';
import { decode, message, texts } from '../fields';

const request = message({ run_ids: texts });
const maxRuns = 1000;

/** POST liveness: when runs were last heard of, and whether their processes live. */
export async function answerLiveness(liveness: Liveness, input: unknown): Promise<LivenessResponse> {
  const { run_ids } = decode(request, input);
  if (run_ids.length > maxRuns) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `At most ${maxRuns} runs can be asked about at once.`);
  }
  const runs: LivenessResponse['runs'] = {};
  for (const id of run_ids) {
    const known = await liveness.of(id);
    if (known !== undefined) {
      runs[id] = known;
    }
  }
  return { runs };
}
