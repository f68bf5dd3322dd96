// `npm test`: everything, from an empty machine: packages, tools, lint, build, all tiers; the last line is the sum.
// `node scripts/test.mjs TIER [mocha options]`: one tier, for example `unit -g "half-written frame"`.
import { bootstrap } from './bootstrap.mjs';
import { endWithSignals } from './run.mjs';

endWithSignals();
const args = process.argv.slice(2);
if (args[0] === '--tier') {
  args.shift();
}
const [tier, ...options] = args;
await bootstrap();
// These import packages, so only once they are installed.
const { tierNames, runTier } = await import('./tiers/tiers.mjs');
if (tier === undefined) {
  const { runEverything } = await import('./tiers/everything.mjs');
  process.exit(await runEverything());
}
if (!tierNames.includes(tier)) {
  console.error(`There is no tier ${tier}. Tiers: ${tierNames.join(', ')}`);
  process.exit(2);
}
const { failed } = await runTier(tier, options);
process.exit(failed === 0 ? 0 : 1);
