import { randomInt } from 'node:crypto';

const adjectives = (
  'able agile amber ample apt bold brave bright brisk calm clear clever cosy crisp daring deft eager early easy fair fancy ' +
  'fine fleet fond fresh gentle glad golden grand happy hardy honest humble jolly keen kind light lively loyal lucky lunar ' +
  'mellow merry mild neat nimble noble patient placid plucky polite proud quick quiet rapid rare ready robust rosy royal ' +
  'serene sharp shiny silent sincere sleek smart smooth snowy solar solid spry steady still sunny sure swift tidy tranquil ' +
  'true upbeat valiant vivid warm wise witty young zesty'
).split(' ');

const nouns = (
  'acorn alder anchor apple aspen badger barley beacon beaver birch bison breeze brook cedar cliff cloud clover comet ' +
  'coral crane creek dawn deer delta dune eagle elm ember falcon fern field finch fjord flint forest fox garnet glade grove ' +
  'gull harbour hare harvest hawk hazel heron hill iris island jay juniper kite lagoon lake lantern larch lark laurel lily ' +
  'linden lynx maple marlin marsh meadow mesa mint moon moose moss oak ocean olive orchid osprey otter owl peak pearl pebble ' +
  'pine plover pond poplar quail quartz raven reef ridge river robin rowan sage salmon sparrow spruce star stone stork ' +
  'swan thistle tulip valley walnut wave willow wren'
).split(' ');

/** A name for a run that came without one: adjective-noun-number, at most 20 characters as MLflow's are. */
export function randomRunName(): string {
  return `${pick(adjectives)}-${pick(nouns)}-${randomInt(1000)}`;
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? '';
}
