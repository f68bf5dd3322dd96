import type { SearchError, Span } from './ast';

/**
 * Every text that an error of a search can have, in English: MLflow's clients read them as they are, and the host and the panels
 * translate them (they are part of `panelStrings`). Whole sentences; only the names of fields and of things are put into them.
 */
export const searchMessages = {
  // Words
  searchTooLong: 'The search is too long: {0} characters, where {1} are allowed.',
  notNumberNorName: "'{0}' is neither a number nor a name. A text needs quotes.",
  meansNothing: "Invalid clause(s) in filter string: '{0}' means nothing here.",
  nameAfterDot: "A name must follow '{0}.' at once; a name with other characters needs quotes or back-ticks.",
  quoteOpen: 'The {0} that begins here has no end. Inside the text, write it twice.',

  // How comparisons are joined
  joinExpected: "Invalid clause(s) in filter string: '{0}'. AND or OR must stand between comparisons.",
  onlyAnd: "Invalid clause(s) in filter string: '{0}'. MLflow's filters know comparisons joined by AND only, no {1}.",
  tooDeep: 'More than {0} parentheses stand inside each other.',
  tooManyComparisons: 'The filter has more than {0} comparisons.',
  closeMissing: 'A ) is missing here.',
  closesNothing: 'This ) closes nothing.',

  // Fields
  nameExpectedEnd: 'Invalid clause(s) in filter string: a name was expected, found the end.',
  nameExpected: "Invalid clause(s) in filter string: a name was expected, found '{0}'.",
  noParentheses:
    "Invalid clause(s) in filter string: a name was expected, found '('. MLflow's filters have no parentheses but those of lists.",
  unknownName: "No metric, parameter or tag is named '{0}'.",
  unknownPrefix: "Invalid entity type '{0}'. Valid values are {1}.",
  unknownAttribute: "Invalid attribute key '{0}' specified. Valid keys are {1}.",
  unknownBareName:
    "Invalid attribute key '{0}' specified. Valid keys are {1}. Other names need a prefix, such as {2}.{0}.",
  unknownDatasetKey: "Invalid dataset key '{0}' specified. Valid keys are {1}.",
  unknownFigure: "'{0}' is no figure of a metric; there are {1}.",
  metricExpected: 'The name of a metric belongs here, such as {0}(metrics.loss).',
  figureOfOther: 'Only metrics have figures such as {0}.',
  bestUnknown: "Whether low or high values of '{0}' are best is not known: write min or max.",
  stepMissing: 'A comma and a step belong here, such as at(metrics.loss, 1000).',
  stepNotWhole: 'A step is a whole number, such as in at(metrics.loss, 1000).',

  // Comparisons
  comparisonMissing: 'Invalid comparison clause: after {0} a comparison must follow, such as = or LIKE.',
  comparisonExpected: "Invalid comparison clause: after {0} a comparison must follow, such as = or LIKE; found '{1}'.",
  wrongComparator: "Invalid comparator '{0}' for {1}: not one of {2}.",
  likeTooLong: 'A pattern of LIKE may have at most {0} characters.',
  numberHasNoText: '{0} is a number: it has no text that a regular expression could match.',
  nullExpected: 'After IS only NULL or NOT NULL can follow.',
  nullUnsupported: 'IS NULL / IS NOT NULL is not supported for {0}.',
  nullOnlyParamsTags: 'IS NULL / IS NOT NULL is only supported for params and tags, not for {0}.',
  nullOnlyTags: 'IS NULL / IS NOT NULL is only supported for tags, not for {0}.',
  listExpected: "A list must follow IN, such as ('a', 'b').",
  listOrRangeExpected: 'A list (…) or a range a..b must follow IN.',
  listUnsupported: 'Only {0} attributes support comparison with a list of quoted string values; {1} does not.',
  listOfTexts:
    "While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: '{0}'.",
  listEmpty: 'While parsing a list in the query, expected a non-empty list, but got an empty list.',
  listTooLong: 'A list may have at most {0} values.',
  listOpen: 'While parsing a list in the query: a , or ) is missing here.',
  rangeOfText: '{0} is a text: a range needs a number or a time.',
  rangeEndMissing: 'AND and the upper end are missing.',

  // Values
  textExpectedEnd: "Expected a quoted string value for {0} (e.g. 'my-value'). Got value the end",
  textExpected: "Expected a quoted string value for {0} (e.g. 'my-value'). Got value {1}",
  metricNumberExpectedEnd: 'Expected numeric value type for metric. Found the end',
  metricNumberExpected: 'Expected numeric value type for metric. Found {0}',
  numberExpectedEnd: 'Expected numeric value type for {0}. Found the end',
  numberExpected: 'Expected numeric value type for {0}. Found {1}',
  dateExpectedEnd: 'A date or a time ago is needed for {0}, such as 2026-01-31 or -7d.',
  dateExpected: 'A date or a time ago is needed for {0}, such as 2026-01-31 or -7d, not {1}.',
  durationExpectedEnd: 'A duration is needed for {0}, such as 90s or 2h.',
  durationExpected: 'A duration is needed for {0}, such as 90s or 2h, not {1}.',
  unitApart: 'The unit stands right after the number: {0}.',
  timeExpected: 'A time is needed: -{0} is {0} ago.',
  noDate: "'{0}' is no date. Dates look like 2026-01-31 or 2026-01-31T09:30.",
  experimentIdExpected: "Invalid experiment ID '{0}'. Experiment ID must be a valid integer.",

  // Regular expressions
  patternTooLong: 'The regular expression is longer than {0} characters.',
  patternRepeats: 'The regular expression repeats too much.',
  patternClosesNothing: 'This ) closes nothing in the regular expression.',
  patternTooDeep: 'The regular expression has more than {0} groups inside each other.',
  patternCountDown: '{0} goes down.',
  patternTwoCounts: 'Only one repetition may follow a part of the regular expression.',
  patternNothingBefore: 'Nothing stands before this {0} in the regular expression.',
  patternPlainGroups: 'Regular expressions have plain groups here, (…) and (?:…), no look-around.',
  patternGroupOpen: 'The group that begins here has no end.',
  patternBackslash: 'The regular expression ends with a backslash.',
  patternEscape: '{0} means nothing in regular expressions here.',
  patternRangeDown: 'This range of characters goes down.',
  patternSetOpen: 'The set of characters that begins here has no end.',

  // Orders
  orderTwice: '`order_by` contains duplicate fields',
  orderTooLong: 'order_by has more than {0} fields.',
  orderFieldExpected: "Invalid order_by clause: a field was expected, found '{0}'.",
  orderUnsupported: 'Invalid order_by entity: {0} cannot be ordered by a {1}.',
  orderRest: "Invalid ordering key in order_by clause: after the field only ASC or DESC, not '{0}'.",

  // What is put into the sentences
  namedAttribute: "attribute '{0}'",
  namedMetric: "metric '{0}'",
  namedParam: "param '{0}'",
  namedTag: "tag '{0}'",
  namedDataset: "dataset '{0}'",
  wordAttribute: 'attribute',
  wordMetric: 'metric',
  wordParam: 'param',
  wordTag: 'tag',
  wordDataset: 'dataset',
  nounRuns: 'runs',
  nounExperiments: 'experiments',
  nounRegisteredModels: 'registered models',
  nounModelVersions: 'model versions',
  nounLoggedModels: 'logged models',
  nounDatasets: 'datasets',
} as const satisfies Record<string, string>;

export type SearchMessage = keyof typeof searchMessages;

/** One of the texts, with what stands in its places: names and numbers as they are, words and phrases to be translated too. */
export interface SearchText {
  readonly key: SearchMessage;
  readonly args: readonly (string | number | SearchText)[];
}

type Argument = string | number | SearchText;
/** As many arguments as the text has places. */
type Arguments<Text extends string> = Text extends `${string}{2}${string}`
  ? [Argument, Argument, Argument]
  : Text extends `${string}{1}${string}`
    ? [Argument, Argument]
    : Text extends `${string}{0}${string}`
      ? [Argument]
      : [];

export function searchText<Key extends SearchMessage>(
  key: Key,
  ...args: Arguments<(typeof searchMessages)[Key]>
): SearchText {
  return { key, args };
}

/** @param translate makes a text of its key and what stands in its `{0}`, `{1}` … */
export function sayText(
  { key, args }: SearchText,
  translate: (key: SearchMessage, args: readonly (string | number)[]) => string,
): string {
  return translate(
    key,
    args.map((each) => (typeof each === 'object' ? sayText(each, translate) : each)),
  );
}

/** The text in English, as MLflow's clients get it. */
export function englishText(text: SearchText): string {
  return sayText(text, (key, args) =>
    searchMessages[key].replaceAll(/\{(\d)\}/g, (whole, place: string) => String(args[Number(place)] ?? whole)),
  );
}

/** What is wrong at a place of a search. @param fix what could stand there instead */
export function searchError({ offset, length }: Span, { key, args }: SearchText, fix?: string): SearchError {
  return { offset, length, message: englishText({ key, args }), key, args, ...(fix === undefined ? {} : { fix }) };
}
