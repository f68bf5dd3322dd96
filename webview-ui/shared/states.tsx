import { useEffect, useState, type ReactNode } from 'react';
import { Button, LinkButton } from './controls';
import { Icon, type IconName } from './Icon';
import { t } from './strings';

export interface Action {
  readonly label: string;
  readonly onAct: () => void;
}

/** Nothing for 200 ms, then a thin moving line: what comes at once should not flash. */
export function Loading({ label = t('loading') }: { readonly label?: string }) {
  return useLater() ? (
    <div className="lb-loading" role="progressbar" aria-label={label}>
      <i />
    </div>
  ) : null;
}

interface StateProps {
  readonly title: string;
  readonly detail?: string;
  readonly actions?: readonly Action[];
  readonly children?: ReactNode;
}

/** What a place is for that has nothing in it yet, and how something gets there. */
export function EmptyState({ title, detail, actions = [], children }: StateProps) {
  return (
    <div className="lb-state">
      <p className="lb-state-title">{title}</p>
      {detail !== undefined && <p className="lb-dim">{detail}</p>}
      {children}
      <Actions actions={actions} />
    </div>
  );
}

/** What failed, the server's own words, and what can be done. */
export function ErrorState({ title, detail, actions = [] }: StateProps) {
  return (
    <div className="lb-state" role="alert">
      <p className="lb-state-title lb-error">
        <Icon name="error" /> {title}
      </p>
      {detail !== undefined && <p className="lb-state-detail">{detail}</p>}
      <Actions actions={actions} />
    </div>
  );
}

function Actions({ actions }: { readonly actions: readonly Action[] }) {
  if (actions.length === 0) {
    return null;
  }
  return (
    <div className="lb-state-actions">
      {actions.map(({ label, onAct }, index) => (
        <Button key={label} label={label} onAct={onAct} primary={index === 0} />
      ))}
    </div>
  );
}

interface BannerProps {
  readonly icon: IconName;
  readonly text: string;
  readonly actions: readonly Action[];
  /** What changes all the time, and is not to be spoken each time. */
  readonly children?: ReactNode;
}

/** One line above the panel's content, which stays. */
export function Banner({ icon, text, actions, children }: BannerProps) {
  return (
    <div className="lb-banner">
      <Icon name={icon} />
      <span className="lb-banner-text">
        <span role="status">{text}</span> {children}
      </span>
      <span className="lb-banner-actions">
        {actions.map((action) => (
          <LinkButton key={action.label} {...action} />
        ))}
      </span>
    </div>
  );
}

/** False for the first 200 ms. */
function useLater(): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLater(true), 200);
    return () => window.clearTimeout(timer);
  }, []);
  return later;
}
