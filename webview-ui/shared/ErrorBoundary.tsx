import { Component, type ReactNode } from 'react';
import { ErrorState } from './states';
import { t } from './strings';

interface Props {
  readonly onError: (error: unknown) => void;
  readonly children: ReactNode;
}

/** Shows what went wrong in place of its children when drawing them fails. */
export class ErrorBoundary extends Component<Props, { message: string | undefined }> {
  override state = { message: undefined };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError(error);
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) {
      return this.props.children;
    }
    return (
      <ErrorState
        title={t('panelBroken')}
        detail={message}
        actions={[{ label: t('tryAgain'), onAct: () => this.setState({ message: undefined }) }]}
      />
    );
  }
}
