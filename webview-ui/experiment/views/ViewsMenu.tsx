import { useCallback, useMemo, useState } from 'react';
import { Icon } from '../../shared/Icon';
import { anchorOf, type Anchor } from '../../shared/Popup';
import { useStore } from '../../shared/store';
import { t } from '../../shared/strings';
import type { ExperimentSession } from '../experimentSession';
import { contentOf, isSameView } from './savedView';
import { faultOf } from './viewList';
import './views.css';
import { ViewsPopup } from './ViewsPopup';

/** The view that the panel shows, with a dot where it was changed since; opens the list of all. */
export function ViewsMenu({ experiment }: { readonly experiment: ExperimentSession }) {
  const [anchor, setAnchor] = useState<Anchor | undefined>(undefined);
  const close = useCallback(() => setAnchor(undefined), []);
  const name = useStore(experiment.arrangement, (each) => each.view);
  const isChanged = useIsChanged(experiment, name);
  const fault = useStore(experiment.views.state, ({ views }) => faultOf(views?.find((each) => each.name === name)));
  const isGone = useStore(experiment.views.state, ({ views }) => views?.every((each) => each.name !== name) === true);
  const label =
    name === ''
      ? t('views')
      : fault !== undefined
        ? t('viewNamedBroken', name, fault)
        : t(isGone ? 'viewNamedGone' : isChanged ? 'viewNamedChanged' : 'viewNamed', name);
  return (
    <>
      <button
        type="button"
        className="lb-drop lb-view-button"
        aria-haspopup="dialog"
        aria-expanded={anchor !== undefined}
        aria-label={label}
        title={label}
        onPointerDown={(event) => anchor && event.stopPropagation()}
        onClick={(event) => setAnchor(anchor ? undefined : anchorOf(event.currentTarget))}
      >
        <Icon name="bookmark" />
        <span className={name === '' ? 'lb-cut-text lb-view-none' : 'lb-cut-text'}>
          {name === '' ? t('views') : name}
        </span>
        {fault !== undefined ? <Icon name="warning" small /> : isChanged && <span className="lb-view-dot" />}
        <Icon name="chevronDown" small />
      </button>
      {anchor && <ViewsPopup experiment={experiment} isChanged={isChanged} anchor={anchor} onClose={close} />}
    </>
  );
}

/** Whether the panel is arranged otherwise than its view's file says, or there is no such file. */
function useIsChanged({ arrangement, session, views }: ExperimentSession, name: string): boolean {
  const table = useStore(arrangement, (each) => each);
  const charts = useStore(session.state, (each) => each.charts);
  const list = useStore(views.state, (each) => each.views);
  return useMemo(() => {
    const saved = list?.find((each) => each.name === name)?.content;
    return name !== '' && list !== undefined && !(saved && isSameView(saved, contentOf(table, charts)));
  }, [name, table, charts, list]);
}
