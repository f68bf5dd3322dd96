import { Banner } from '../../shared/states';
import { useStore } from '../../shared/store';
import { t } from '../../shared/strings';
import type { ExperimentSession } from '../experimentSession';

/** Asks what is to become of a view whose file somebody else changed after it was changed here. */
export function ViewNotice({ experiment }: { readonly experiment: ExperimentSession }) {
  const { views, arrangement } = experiment;
  const isOvertaken = useStore(views.isOvertaken, (each) => each);
  const name = useStore(arrangement, (each) => each.view);
  return isOvertaken ? (
    <Banner
      icon="warning"
      text={t('viewOvertaken', name)}
      actions={[
        { label: t('viewRevert'), onAct: () => views.open(name) },
        { label: t('viewKeep'), onAct: () => views.keep() },
        { label: t('openFile'), onAct: () => experiment.openViewFile(name) },
      ]}
    />
  ) : null;
}
