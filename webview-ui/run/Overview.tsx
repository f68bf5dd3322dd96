import { useMemo, useState } from 'react';
import { formatCount } from '../../src/core/format';
import type { PanelRun } from '../../src/protocol/panels';
import { Find, LinkButton } from '../shared/controls';
import type { RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t, tCount } from '../shared/strings';
import { useScroll } from '../shared/useScroll';
import { MetricTable } from './MetricTable';

interface Props {
  readonly session: PanelSession;
  readonly run: PanelRun;
  readonly look: RunLook | undefined;
  /** Significant digits of metrics' values. */
  readonly digits: number;
}

/** Find is offered from this many rows on. */
const manyRows = 8;
const noteTag = 'mlflow.note.content';

export function Overview({ session, run, look, digits }: Props) {
  const box = useScroll(session, 'overview');
  const note = run.tags.find(({ key }) => key === noteTag)?.value;
  const tags = run.tags.filter(({ key }) => key !== noteTag);
  return (
    <div ref={box} className="lb-scroll">
      <div className="lb-overview">
        <div>
          <MetricTable session={session} run={run} look={look} digits={digits} />
          {note !== undefined && note !== '' && (
            <section>
              <h2>{t('notes')}</h2>
              <p className="lb-note">{note}</p>
            </section>
          )}
        </div>
        <div>
          <Pairs title={t('parameters')} find={t('findParameters')} none={t('noParameters')} pairs={run.params} />
          <Pairs
            title={t('tags')}
            find={t('findTags')}
            none={t('noTags')}
            pairs={tags.filter(({ key }) => !key.startsWith('mlflow.'))}
            folded={tags.filter(({ key }) => key.startsWith('mlflow.'))}
          />
        </div>
      </div>
    </div>
  );
}

interface PairsProps {
  readonly title: string;
  readonly find: string;
  readonly none: string;
  readonly pairs: PanelRun['params'];
  /** Shown when asked for. */
  readonly folded?: PanelRun['params'];
}

function Pairs({ title, find, none, pairs, folded = [] }: PairsProps) {
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const fits = ({ key, value }: { key: string; value: string }): boolean =>
      key.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted);
    const byKey = new Intl.Collator('en', { numeric: true }).compare;
    return [...pairs, ...(all ? folded : [])].filter(fits).sort((a, b) => byKey(a.key, b.key));
  }, [pairs, folded, all, text]);
  return (
    <section>
      <h2>
        {title} <span className="lb-count">{formatCount(pairs.length)}</span>
        <span className="lb-grow" />
        {pairs.length >= manyRows && <Find label={find} text={text} onChange={setText} />}
      </h2>
      {rows.length === 0 && <p className="lb-faint lb-small">{text === '' ? none : t('nothingFound', text)}</p>}
      <dl className="lb-pairs">
        {rows.map(({ key, value }) => (
          <div key={key}>
            <dt className="lb-cut-text" title={key}>
              {key}
            </dt>
            <dd className="lb-cut-text" title={value}>
              <ParamValue value={value} />
            </dd>
          </div>
        ))}
      </dl>
      {folded.length > 0 && (
        <p className="lb-small">
          <LinkButton
            label={all ? t('hideMlflowTags') : tCount('showMlflowTag', 'showMlflowTags', folded.length)}
            onAct={() => setAll(!all)}
          />
        </p>
      )}
    </section>
  );
}

/** Verbatim; empty and many-line values say so, the hover has all. */
function ParamValue({ value }: { readonly value: string }) {
  if (value === '') {
    return <span className="lb-faint">{t('empty')}</span>;
  }
  const lines = value.split('\n');
  return lines.length > 1 ? (
    <>
      {lines[0]} <span className="lb-faint">{t('moreLines', lines.length)}</span>
    </>
  ) : (
    value
  );
}
