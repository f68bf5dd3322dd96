import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button, Find } from '../../shared/controls';
import { Icon } from '../../shared/Icon';
import { Popup, type Anchor } from '../../shared/Popup';
import { useStore } from '../../shared/store';
import { t } from '../../shared/strings';
import type { ExperimentSession } from '../experimentSession';
import type { SavedView } from './viewList';

interface Props {
  readonly experiment: ExperimentSession;
  readonly isChanged: boolean;
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/** What is asked in the list's place. */
type Question = { readonly kind: 'name' } | { readonly kind: 'replace' | 'delete'; readonly name: string };

/** The saved views, and what can be done with the present one. */
export function ViewsPopup({ experiment, isChanged, anchor, onClose }: Props) {
  const { views } = experiment;
  const name = useStore(experiment.arrangement, (each) => each.view);
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const [failure, setFailure] = useState<string | undefined>(undefined);
  const attempt = (act: () => Promise<void>): void => {
    setFailure(undefined);
    act().then(onClose, (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  };
  const saveAs = (given: string): void => {
    const other = views.inPlaceOf(given);
    if (other && other.name !== name) {
      setQuestion({ kind: 'replace', name: other.name });
    } else {
      attempt(() => views.save(other?.name ?? given));
    }
  };
  const back = (): void => {
    setQuestion(undefined);
    setFailure(undefined);
  };
  return (
    <Popup anchor={anchor} role="dialog" label={t('views')} className="lb-choose lb-views" onClose={onClose}>
      {question === undefined ? (
        <>
          <Listed
            experiment={experiment}
            onClose={onClose}
            onOpenFile={(broken) => attempt(() => views.openFile(broken))}
          />
          <div className="lb-choose-foot">
            {name !== '' && isChanged && <Button label={t('viewSave')} onAct={() => attempt(() => views.save(name))} />}
            <Button label={t('viewSaveAs')} onAct={() => setQuestion({ kind: 'name' })} />
            <span className="lb-grow" />
            {isChanged && views.find(name)?.content && (
              <Button
                label={t('viewRevert')}
                onAct={() => {
                  views.open(name);
                  onClose();
                }}
              />
            )}
            {name !== '' && views.find(name) && (
              <Button label={t('viewDelete')} onAct={() => setQuestion({ kind: 'delete', name })} />
            )}
          </div>
        </>
      ) : question.kind === 'name' ? (
        <NameQuestion onName={saveAs} onCancel={back} />
      ) : (
        <YesQuestion
          text={t(question.kind === 'replace' ? 'viewReplace' : 'viewDeleteAsk', question.name)}
          yes={t(question.kind === 'replace' ? 'viewReplaceAct' : 'viewDeleteAct')}
          onYes={() =>
            attempt(() => (question.kind === 'replace' ? views.save(question.name, true) : views.delete(question.name)))
          }
          onCancel={back}
        />
      )}
      {failure !== undefined && (
        <p className="lb-view-failure" role="alert">
          {failure}
        </p>
      )}
    </Popup>
  );
}

interface ListedProps extends Pick<Props, 'experiment' | 'onClose'> {
  /** Of a view that is wrong. */
  readonly onOpenFile: (name: string) => void;
}

function Listed({ experiment, onClose, onOpenFile }: ListedProps) {
  const { views } = experiment;
  const [find, setFind] = useState('');
  const box = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone when a question was answered.
  useEffect(() => {
    if (document.activeElement === document.body) {
      box.current?.querySelector('input')?.focus();
    }
  }, []);
  const current = useStore(experiment.arrangement, (each) => each.view);
  const { views: all = [], failure } = useStore(views.state, (each) => each);
  const wanted = find.trim().toLowerCase();
  const found = all.filter((each) => each.name.toLowerCase().includes(wanted));
  const open = (name: string): void => {
    views.open(name);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>('.lb-view-row') ?? [])];
    const at = rows.findIndex((each) => each === document.activeElement);
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      rows[at < 0 && by < 0 ? rows.length - 1 : (at + by + rows.length) % rows.length]?.focus();
    } else if (event.key === 'Enter' && at < 0 && wanted !== '') {
      event.preventDefault();
      rows[0]?.click();
    }
  };
  return (
    <div ref={box} className="lb-views-part" onKeyDown={onKeyDown}>
      <Find label={t('viewsFind')} text={find} onChange={setFind} />
      <div className="lb-choose-list">
        {wanted === '' && <Row label={t('viewDefault')} isCurrent={current === ''} onOpen={() => open('')} />}
        {found.map((view) => (
          <ViewRow
            key={view.name}
            view={view}
            isCurrent={view.name === current}
            onOpen={() => (view.content ? open(view.name) : onOpenFile(view.name))}
          />
        ))}
        {failure !== undefined && <p className="lb-view-problem">{t('viewsFailed', failure)}</p>}
        {all.length === 0 && failure === undefined && <p className="lb-dim">{t('viewsNone')}</p>}
        {all.length > 0 && found.length === 0 && <p className="lb-dim">{t('nothingFound', find)}</p>}
      </div>
    </div>
  );
}

interface RowProps {
  readonly label: string;
  readonly isCurrent: boolean;
  readonly onOpen: () => void;
  readonly children?: ReactNode;
}

function Row({ label, isCurrent, onOpen, children }: RowProps) {
  return (
    <button type="button" className="lb-view-row" aria-current={isCurrent} onClick={onOpen}>
      <span className="lb-menu-check">{isCurrent && <Icon name="check" />}</span>
      <span className="lb-view-text">
        <span className="lb-cut-text">{label}</span>
        {children}
      </span>
    </button>
  );
}

function ViewRow({ view, isCurrent, onOpen }: { readonly view: SavedView } & Pick<RowProps, 'isCurrent' | 'onOpen'>) {
  const { name, content, problem, leftOut } = view;
  const isBroken = content === undefined;
  const note = isBroken ? (problem ?? t('viewBroken')) : leftOut.length > 0 ? t('viewLeftOut', leftOut.join(', ')) : '';
  return (
    <Row label={name} isCurrent={isCurrent} onOpen={onOpen}>
      {note !== '' && (
        <span className="lb-view-problem">
          <Icon name="warning" small /> {note} {isBroken && <span className="lb-link">{t('openFile')}</span>}
        </span>
      )}
    </Row>
  );
}

function NameQuestion({
  onName,
  onCancel,
}: {
  readonly onName: (name: string) => void;
  readonly onCancel: () => void;
}) {
  const [name, setName] = useState('');
  return (
    <form
      className="lb-view-question"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') {
          onName(name.trim());
        }
      }}
    >
      <label>
        {t('viewName')}
        <input
          type="text"
          autoFocus
          spellCheck={false}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="lb-view-answers">
        <button type="submit" className="lb-button lb-primary" disabled={name.trim() === ''}>
          {t('viewSave')}
        </button>
        <Button label={t('cancel')} onAct={onCancel} />
      </div>
    </form>
  );
}

interface YesProps {
  readonly text: string;
  readonly yes: string;
  readonly onYes: () => void;
  readonly onCancel: () => void;
}

function YesQuestion({ text, yes, onYes, onCancel }: YesProps) {
  return (
    <div className="lb-view-question" role="group" aria-label={text}>
      <p>{text}</p>
      <div className="lb-view-answers">
        <button type="button" className="lb-button lb-primary" autoFocus onClick={onYes}>
          {yes}
        </button>
        <Button label={t('cancel')} onAct={onCancel} />
      </div>
    </div>
  );
}
