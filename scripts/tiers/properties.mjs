// Property tests try the same examples in every run, so that a red run tells of a change, not of luck.
// LABBOOK_EXPLORE=3000 tries others, so many in each property that does not say how many, to look for what nobody thought of.
import { createRequire } from 'node:module';

// The bundled tests `require` the package, which has a copy of its settings for each kind of module.
const { configureGlobal } = createRequire(import.meta.url)('fast-check');
const numRuns = Number(process.env.LABBOOK_EXPLORE ?? 0);
configureGlobal(numRuns > 0 ? { numRuns } : { seed: 20260922 });
