import { formatCount } from '../../src/core/format';
import { InnerButton } from '../shared/controls';
import { Icon } from '../shared/Icon';
import { anchorOf, type Anchor } from '../shared/Popup';
import type { RunMark } from '../shared/lostRuns';
import type { RunLook } from '../shared/palette';
import { t } from '../shared/strings';
import { GroupSwatch, Swatch } from '../shared/Swatch';
import { nameIndent } from './columnWidths';
import { EditField } from './EditField';
import { groupName, groupTitle } from './rowTexts';
import type { GroupLine, RunLine } from './table/lines';
import type { RunTable } from './table/runTable';

export interface NameActions {
  readonly onToggleOpen: (key: string) => void;
  /** @param only Alt: shows only this run */
  readonly onToggleShown: (slot: number, only: boolean) => void;
  readonly onCompare: (slot: number) => void;
  readonly onMenu: (key: string, anchor: Anchor) => void;
  readonly onRename: (slot: number, name: string | undefined) => void;
}

interface RunProps {
  readonly line: RunLine;
  readonly table: RunTable;
  readonly mark: RunMark;
  readonly look: RunLook;
  readonly isShown: boolean;
  readonly isBaseline: boolean;
  readonly isEditing: boolean;
  /** Long names are cut in the middle: runs of a sweep differ at the end. */
  readonly isNarrow: boolean;
  /** There is a baseline to compare with. */
  readonly canCompare: boolean;
  readonly actions: NameActions;
}

export function RunName(props: RunProps) {
  const { line, table, mark, look, isShown, isBaseline, isEditing, isNarrow, canCompare, actions } = props;
  const { slot, depth, children, open } = line;
  const name = table.name[slot] ?? '';
  const eye = isShown ? t('hideRun', name) : t('showRun', name);
  return (
    <span className="lb-name">
      <button
        type="button"
        className={isShown ? 'lb-eye' : 'lb-eye lb-off'}
        tabIndex={-1}
        title={eye}
        aria-label={eye}
        aria-pressed={isShown}
        onClick={(event) => {
          event.stopPropagation();
          actions.onToggleShown(slot, event.altKey);
        }}
      >
        <Icon name={isShown ? 'eye' : 'eyeClosed'} />
      </button>
      {depth > 0 && <span style={{ width: depth * nameIndent }} />}
      <Swatch status={mark} look={look} hollow={!isShown} />
      {children > 0 && <Twistie name={name} isOpen={open} onToggle={() => actions.onToggleOpen(line.key)} />}
      {isEditing ? (
        <EditField label={t('newName')} value={name} onEnd={(value) => actions.onRename(slot, value)} />
      ) : (
        <span className={isNarrow ? 'lb-cut-text lb-cut-middle' : 'lb-cut-text'} title={name}>
          {isNarrow ? <Halves text={name} /> : name}
        </span>
      )}
      {children > 0 && <span className="lb-dim">{formatCount(children)}</span>}
      {!isEditing && <span className="lb-grow" />}
      {!isEditing && (
        <span className="lb-row-actions">
          {canCompare && !isBaseline && (
            <InnerButton icon="compare" label={t('compareWithBaseline')} onAct={() => actions.onCompare(slot)} />
          )}
          <InnerButton
            icon="ellipsis"
            label={t('runMenu', name)}
            onAct={(button) => actions.onMenu(line.key, anchorOf(button))}
          />
        </span>
      )}
      {isBaseline && (
        <span className="lb-dim lb-pin" title={t('baselineMark')}>
          <Icon name="pinned" small />
        </span>
      )}
    </span>
  );
}

/** So much of a long name's end stays. */
const tail = 9;

/** Only the first half gives way. */
function Halves({ text }: { readonly text: string }) {
  const characters = [...text];
  const at = characters.length - Math.min(tail, Math.floor(characters.length / 2));
  return (
    <>
      <span className="lb-cut-text">{characters.slice(0, at).join('')}</span>
      <span>{characters.slice(at).join('')}</span>
    </>
  );
}

interface GroupProps {
  readonly line: GroupLine;
  readonly look: RunLook;
  readonly onToggle: (key: string) => void;
}

export function GroupName({ line, look, onToggle }: GroupProps) {
  const name = groupName(line.group);
  const title = groupTitle(line.group);
  return (
    <span className="lb-name lb-group-name">
      {line.depth > 0 && <span style={{ width: line.depth * nameIndent }} />}
      <Twistie name={name} isOpen={line.open} onToggle={() => onToggle(line.key)} />
      <GroupSwatch look={look} />
      {title !== undefined && <span className="lb-dim lb-group-key">{title}</span>}
      <b className="lb-cut-text" title={title === undefined ? name : `${title} = ${name}`}>
        {name}
      </b>
      <span className="lb-dim">{formatCount(line.group.slots.length)}</span>
    </span>
  );
}

function Twistie({
  name,
  isOpen,
  onToggle,
}: {
  readonly name: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <button
      type="button"
      className="lb-twistie"
      tabIndex={-1}
      aria-label={isOpen ? t('closed', name) : t('opened', name)}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
    </button>
  );
}
