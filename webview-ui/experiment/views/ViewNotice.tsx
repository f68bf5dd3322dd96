import { Banner } from '../../shared/states';
import { useStore } from '../../shared/store';
import { t } from '../../shared/strings';
import type { ExperimentSession } from '../experimentSession';
import { faultOf } from './viewList';

/** Says what is wrong with the file of the view that is shown, or asks what is to become of it where somebody else changed it, too. */
export function ViewNotice({ experiment }: { readonly experiment: ExperimentSession }) {
  const { views, arrangement } = experiment;
  const isOvertaken = useStore(views.isOvertaken, (each) => each);
  const name = useStore(arrangement, (each) => each.view);
  const fault = useStore(views.state, ({ views: all }) => faultOf(all?.find((each) => each.name === name)));
  if (fault !== undefined) {
    return (
      <Banner
        icon="warning"
        text={t('viewUnreadable', name, fault)}
        actions={[{ label: t('openFile'), onAct: () => experiment.openViewFile(name) }]}
      />
    );
  }
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
