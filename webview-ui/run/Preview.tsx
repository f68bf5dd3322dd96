import { useEffect, useRef, useState } from 'react';
import { formatBytes } from '../../src/core/format';
import { Button } from '../shared/controls';
import type { PanelSession } from '../shared/session';
import { EmptyState, ErrorState, Loading } from '../shared/states';
import { t } from '../shared/strings';
import { artifactKind, asText, baseName } from './artifactKind';

interface Props {
  readonly session: PanelSession;
  readonly runId: string;
  readonly path: string;
}

type Content =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'picture'; readonly blob: Blob; readonly size: number }
  | { readonly kind: 'text'; readonly text: string; readonly size: number; readonly isCut: boolean }
  | { readonly kind: 'binary'; readonly size: number }
  | { readonly kind: 'tooLarge'; readonly size: number };

const pictureLimit = 20_000_000;
const textLimit = 256_000;
const peekLimit = 4096;

/** A file as far as it can be shown here; its editor is a button away. */
export function Preview({ session, runId, path }: Props) {
  const [content, setContent] = useState<Content>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async (): Promise<void> => {
      try {
        const next = await load(session, runId, path, abort.signal);
        setContent(next);
      } catch (error) {
        if (!abort.signal.aborted) {
          setContent({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
        }
      }
    };
    void read();
    const stop = session.onChanged(({ artifacts }) => {
      if (artifacts) {
        void read();
      }
    });
    return () => {
      stop();
      abort.abort();
    };
  }, [session, runId, path, attempt]);
  return (
    <div className="lb-preview">
      <div className="lb-preview-head">
        <strong className="lb-cut-text" title={path}>
          {path}
        </strong>
        {'size' in content && <span className="lb-dim">{formatBytes(content.size)}</span>}
        <span className="lb-grow" />
        <Button
          icon="openInEditor"
          label={t('openInEditor')}
          onAct={() => session.act('openArtifact', { runId, path })}
        />
      </div>
      <Body content={content} path={path} onRetry={() => setAttempt(attempt + 1)} />
    </div>
  );
}

interface BodyProps {
  readonly content: Content;
  readonly path: string;
  readonly onRetry: () => void;
}

function Body({ content, path, onRetry }: BodyProps) {
  switch (content.kind) {
    case 'loading':
      return <Loading />;
    case 'failed':
      return (
        <ErrorState
          title={t('artifactFailed', baseName(path))}
          detail={content.message}
          actions={[{ label: t('tryAgain'), onAct: onRetry }]}
        />
      );
    case 'picture':
      return <Picture blob={content.blob} path={path} />;
    case 'text':
      return (
        <div className="lb-preview-body" tabIndex={0} role="region" aria-label={path}>
          {content.isCut && (
            <p className="lb-dim lb-small">{t('textCut', formatBytes(textLimit), formatBytes(content.size))}</p>
          )}
          <pre>{content.text}</pre>
        </div>
      );
    case 'binary':
      return <EmptyState title={t('noPreview')} detail={formatBytes(content.size)} />;
    case 'tooLarge':
      return <EmptyState title={t('tooLarge')} detail={formatBytes(content.size)} />;
  }
}

function Picture({ blob, path }: { readonly blob: Blob; readonly path: string }) {
  const image = useRef<HTMLImageElement>(null);
  const [broken, setBroken] = useState<Blob>();
  useEffect(() => {
    const url = URL.createObjectURL(blob);
    if (image.current) {
      image.current.src = url;
    }
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  if (broken === blob) {
    return <EmptyState title={t('brokenPicture')} />;
  }
  return (
    <div className="lb-preview-body lb-picture">
      <img ref={image} alt={path} onError={() => setBroken(blob)} />
    </div>
  );
}

async function load(session: PanelSession, runId: string, path: string, signal: AbortSignal): Promise<Content> {
  const known = artifactKind(path);
  const limit = known.kind === 'picture' ? pictureLimit : known.kind === 'binary' ? 0 : textLimit;
  const first = known.kind === 'unknown' ? peekLimit : limit;
  const { channel } = session.host;
  let { bytes, size } = await channel.request('artifact', { runId, path, limit: first }, { signal });
  if (known.kind === 'picture') {
    return bytes.byteLength < size
      ? { kind: 'tooLarge', size }
      : { kind: 'picture', blob: new Blob([bytes], { type: known.type }), size };
  }
  if (known.kind === 'binary' || asText(bytes) === undefined) {
    return { kind: 'binary', size };
  }
  if (known.kind === 'unknown' && bytes.byteLength < size) {
    ({ bytes, size } = await channel.request('artifact', { runId, path, limit }, { signal }));
  }
  const text = asText(bytes);
  if (text === undefined) {
    return { kind: 'binary', size };
  }
  const isCut = bytes.byteLength < size;
  return { kind: 'text', text: known.kind === 'json' && !isCut ? pretty(text) : text, size, isCut };
}

/** On several lines, where it is JSON on one line. Numbers stay as they are written: what is in several lines is not touched. */
function pretty(text: string): string {
  if (text.trim().includes('\n')) {
    return text;
  }
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
