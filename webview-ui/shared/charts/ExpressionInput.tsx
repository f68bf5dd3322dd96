import { useId, useState } from 'react';
import { ExpressionError, metricExpression, parseExpression } from '../../../src/core/expression';
import { t } from '../strings';

interface Props {
  readonly text: string;
  /** The metrics that there are. */
  readonly keys: readonly string[];
  readonly hasFocus: boolean;
  readonly onApply: (expression: string) => void;
}

/** Metrics that are offered while one types: browsers draw long lists slowly. */
const mostOffered = 200;

/** x by a metric, or by a formula of metrics; applied with Enter when it is one. */
export function ExpressionInput({ text, keys, hasFocus, onApply }: Props) {
  const list = useId();
  const note = useId();
  const [draft, setDraft] = useState(text);
  const [from, setFrom] = useState(text);
  if (from !== text) {
    // Another view was opened.
    setFrom(text);
    setDraft(text);
  }
  const fault = draft.trim() === '' ? undefined : faultOf(draft, keys);
  const apply = (): void => {
    if (draft.trim() !== '' && fault === undefined) {
      onApply(expressionOf(draft, keys));
    }
  };
  return (
    <span className="lb-expression">
      <input
        type="text"
        list={list}
        autoFocus={hasFocus}
        aria-label={t('xExpression')}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : note}
        title={fault ?? t('xExpressionHint')}
        placeholder={t('xExpressionHint')}
        spellCheck={false}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          // Chosen from the list.
          if (keys.includes(event.target.value)) {
            onApply(metricExpression(event.target.value));
          }
        }}
        onBlur={apply}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            apply();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            setDraft(text);
          }
        }}
      />
      <datalist id={list}>
        {keys.slice(0, mostOffered).map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      {fault !== undefined && (
        <span id={note} className="lb-expression-fault" role="status">
          {fault}
        </span>
      )}
    </span>
  );
}

/** The name of a metric as it is, or a formula. */
function expressionOf(text: string, keys: readonly string[]): string {
  const plain = text.trim();
  return keys.includes(plain) ? metricExpression(plain) : plain;
}

function faultOf(text: string, keys: readonly string[]): string | undefined {
  try {
    const expression = parseExpression(expressionOf(text, keys));
    const unknown = expression.keys.find((key) => !keys.includes(key));
    if (unknown === undefined) {
      return undefined;
    }
    const whole = keys.find((key) => key.startsWith(unknown) && text.includes(key));
    return whole === undefined ? t('noSuchMetric', unknown) : t('needsBackticks', unknown, whole);
  } catch (error) {
    return error instanceof ExpressionError ? error.message : String(error);
  }
}
