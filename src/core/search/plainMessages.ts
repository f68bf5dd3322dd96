import { searchMessages, type SearchMessage } from './messages';

/**
 * The errors of a search as people read them: where MLflow's clients get its own words, which some look for, plain ones, with the same
 * things in their places.
 */
export const plainMessages = {
  ...searchMessages,
  meansNothing: "'{0}' means nothing here.",
  joinExpected: "AND or OR must stand between comparisons, not '{0}'.",
  onlyAnd: "'{0}' cannot stand here: this server joins comparisons with AND only and knows no {1}.",
  nameExpectedEnd: 'A name belongs here.',
  nameExpected: "A name belongs here, not '{0}'.",
  noParentheses: 'A name belongs here: this server knows parentheses only around lists.',
  unknownPrefix: "'{0}' cannot stand before the dot. These can: {1}.",
  unknownAttribute: "There is no attribute '{0}'. There are {1}.",
  unknownBareName: "There is no attribute '{0}'. There are {1}. Other names need a prefix, such as {2}.{0}.",
  unknownDatasetKey: "A dataset has no '{0}'. It has {1}.",
  comparisonMissing: 'After {0} a comparison must follow, such as = or LIKE.',
  comparisonExpected: "After {0} a comparison must follow, such as = or LIKE, not '{1}'.",
  wrongComparator: "'{0}' does not work with {1}. These do: {2}.",
  nullUnsupported: 'IS NULL and IS NOT NULL do not work with {0}.',
  nullOnlyParamsTags: 'IS NULL and IS NOT NULL work with parameters and tags, not with {0}.',
  nullOnlyTags: 'IS NULL and IS NOT NULL work with tags, not with {0}.',
  listUnsupported: 'Only the attributes {0} can be compared with a list of texts in quotes, not {1}.',
  listOfTexts: "A list holds texts in quotes, not '{0}'.",
  listEmpty: 'A list needs at least one value.',
  listOpen: 'A , or ) is missing in the list.',
  textExpectedEnd: "A text in quotes is needed for {0}, such as 'my-value'.",
  textExpected: "A text in quotes is needed for {0}, such as 'my-value', not {1}.",
  metricNumberExpectedEnd: 'A number is needed for a metric.',
  metricNumberExpected: 'A number is needed for a metric, not {0}.',
  numberExpectedEnd: 'A number is needed for {0}.',
  numberExpected: 'A number is needed for {0}, not {1}.',
  experimentIdExpected: "'{0}' is no experiment ID: these are whole numbers.",
  namedParam: "parameter '{0}'",
  wordParam: 'parameter',
} as const satisfies Record<SearchMessage, string>;
