import { Popup, type Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import { setColumn } from './ColumnMenu';
import type { ExperimentSession } from './experimentSession';
import { fieldId } from './table/fields';

interface Props {
  readonly experiment: ExperimentSession;
  /** The metric's key. */
  readonly metric: string;
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/** Asks for the step at which a metric's values are shown. */
export function StepQuestion({ experiment, metric, anchor, onClose }: Props) {
  return (
    <Popup anchor={anchor} role="dialog" label={t('atWhichStep')} className="lb-question" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const step = Number(new FormData(event.currentTarget).get('step'));
          if (Number.isSafeInteger(step)) {
            setColumn(experiment, fieldId({ kind: 'metricAt', key: metric, step }), true);
          }
          onClose();
        }}
      >
        <label>
          {t('atWhichStep')} <input name="step" type="number" step={1} defaultValue={0} autoFocus />
        </label>
      </form>
    </Popup>
  );
}
