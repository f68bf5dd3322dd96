import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import arrowUp from '@vscode/codicons/src/icons/arrow-up.svg';
import beaker from '@vscode/codicons/src/icons/beaker.svg';
import bookmark from '@vscode/codicons/src/icons/bookmark.svg';
import check from '@vscode/codicons/src/icons/check.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import dash from '@vscode/codicons/src/icons/dash.svg';
import disconnect from '@vscode/codicons/src/icons/debug-disconnect.svg';
import pause from '@vscode/codicons/src/icons/debug-pause.svg';
import edit from '@vscode/codicons/src/icons/edit.svg';
import ellipsis from '@vscode/codicons/src/icons/ellipsis.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import eyeClosed from '@vscode/codicons/src/icons/eye-closed.svg';
import eye from '@vscode/codicons/src/icons/eye.svg';
import fileBinary from '@vscode/codicons/src/icons/file-binary.svg';
import fileCode from '@vscode/codicons/src/icons/file-code.svg';
import fileMedia from '@vscode/codicons/src/icons/file-media.svg';
import file from '@vscode/codicons/src/icons/file.svg';
import filter from '@vscode/codicons/src/icons/filter.svg';
import folderOpened from '@vscode/codicons/src/icons/folder-opened.svg';
import fold from '@vscode/codicons/src/icons/fold.svg';
import folder from '@vscode/codicons/src/icons/folder.svg';
import compare from '@vscode/codicons/src/icons/git-compare.svg';
import layers from '@vscode/codicons/src/icons/layers.svg';
import editorLayout from '@vscode/codicons/src/icons/editor-layout.svg';
import openInEditor from '@vscode/codicons/src/icons/go-to-file.svg';
import graphLine from '@vscode/codicons/src/icons/graph-line.svg';
import groupBy from '@vscode/codicons/src/icons/group-by-ref-type.svg';
import history from '@vscode/codicons/src/icons/history.svg';
import info from '@vscode/codicons/src/icons/info.svg';
import json from '@vscode/codicons/src/icons/json.svg';
import key from '@vscode/codicons/src/icons/key.svg';
import person from '@vscode/codicons/src/icons/person.svg';
import pinned from '@vscode/codicons/src/icons/pinned.svg';
import pin from '@vscode/codicons/src/icons/pin.svg';
import screenFull from '@vscode/codicons/src/icons/screen-full.svg';
import screenNormal from '@vscode/codicons/src/icons/screen-normal.svg';
import settings from '@vscode/codicons/src/icons/settings.svg';
import pulse from '@vscode/codicons/src/icons/pulse.svg';
import record from '@vscode/codicons/src/icons/record.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import splitVertical from '@vscode/codicons/src/icons/split-vertical.svg';
import starFull from '@vscode/codicons/src/icons/star-full.svg';
import tag from '@vscode/codicons/src/icons/tag.svg';
import table from '@vscode/codicons/src/icons/table.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import watch from '@vscode/codicons/src/icons/watch.svg';
import unzoom from '@vscode/codicons/src/icons/zoom-out.svg';
import logScale from './logScale.svg';

const sources = {
  arrowDown,
  arrowUp,
  beaker,
  bookmark,
  check,
  chevronDown,
  chevronRight,
  close,
  compare,
  copy,
  dash,
  disconnect,
  edit,
  editorLayout,
  ellipsis,
  error,
  eye,
  eyeClosed,
  file,
  fileBinary,
  fileCode,
  fileMedia,
  filter,
  fold,
  folder,
  folderOpened,
  graphLine,
  groupBy,
  history,
  info,
  json,
  key,
  layers,
  logScale,
  openInEditor,
  pause,
  person,
  pinned,
  pin,
  screenFull,
  screenNormal,
  settings,
  pulse,
  record,
  search,
  splitVertical,
  starFull,
  table,
  tag,
  unzoom,
  warning,
  watch,
};

export type IconName = keyof typeof sources;

const markup = new Map<string, string>();

/** A codicon, in the colour of the text around it; never read aloud: what it means is said by its button or text. */
export function Icon({ name, small = false }: { readonly name: IconName; readonly small?: boolean }) {
  const size = small ? 'lb-icon lb-icon-small' : 'lb-icon';
  // The markup is ours, from the package; the page's policy lets no picture in by a data URL.
  return <span className={size} aria-hidden="true" dangerouslySetInnerHTML={{ __html: svgOf(name) }} />;
}

function svgOf(name: IconName): string {
  let svg = markup.get(name);
  if (svg === undefined) {
    const [head = '', body = ''] = splitAtComma(sources[name]);
    svg = head.endsWith(';base64') ? atob(body) : decodeURIComponent(body);
    markup.set(name, svg);
  }
  return svg;
}

function splitAtComma(url: string): [string, string] {
  const at = url.indexOf(',');
  return [url.slice(0, at), url.slice(at + 1)];
}
