/**
 * Regular expressions that cannot run away: all ways through a pattern are followed at once (Thompson's construction), so a
 * test takes at most (length of the text) x (size of the pattern) steps. In exchange there are no back references and no
 * look-around.
 */
import type { Result } from './ast';
import { searchError, searchText } from './messages';
import { type CodeTest, type Edge, isWord, type Node, PatternFault, PatternReader } from './patternSyntax';

type Instruction = { kind: 'test'; test: CodeTest } | { kind: 'edge'; edge: Edge } | Split | Jump | { kind: 'match' };
interface Split {
  kind: 'split';
  a: number;
  b: number;
}
interface Jump {
  kind: 'jump';
  to: number;
}

export interface Pattern {
  /** True where the pattern fits anywhere in the text. */
  test(text: string): boolean;
}

const maxLength = 1000;
/** Steps of the compiled pattern. */
const maxSize = 1000;
/** Parts that are visited to make those steps; parts may be empty. */
const maxVisits = 10 * maxSize;
const cache = new Map<string, Result<Pattern>>();

/**
 * Syntax: literals, `.`, `[a-z]`, `[^…]`, `\d \w \s \D \W \S \b \B \t \n \r`, `^ $`, groups, `|`, `* + ? {m,n}`, and `(?i)` at the
 * beginning for any case. Errors have their offset inside `source`.
 */
export function compilePattern(source: string): Result<Pattern> {
  const known = cache.get(source);
  if (known !== undefined) {
    return known;
  }
  const result = compile(source);
  if (cache.size >= 50) {
    cache.clear();
  }
  cache.set(source, result);
  return result;
}

function compile(source: string): Result<Pattern> {
  if (source.length > maxLength) {
    const rest = { offset: maxLength, length: source.length - maxLength };
    return { ok: false, error: searchError(rest, searchText('patternTooLong', maxLength)) };
  }
  try {
    const foldCase = source.startsWith('(?i)');
    const reader = new PatternReader(source, foldCase);
    const { program } = new Emitter(reader.read(foldCase ? 4 : 0));
    return { ok: true, value: { test: (text) => run(program, text) } };
  } catch (error) {
    if (error instanceof PatternFault) {
      return { ok: false, error: searchError({ offset: error.at, length: error.length }, error.text) };
    }
    throw error;
  }
}

/** Turns a pattern into steps. */
class Emitter {
  readonly program: Instruction[] = [];
  private visits = 0;

  constructor(node: Node) {
    this.emit(node);
    this.program.push({ kind: 'match' });
  }

  private emit(node: Node): void {
    if (this.program.length > maxSize || ++this.visits > maxVisits) {
      throw new PatternFault(0, searchText('patternRepeats'));
    }
    switch (node.kind) {
      case 'test':
      case 'edge':
        this.program.push(node);
        break;
      case 'sequence':
        for (const part of node.parts) {
          this.emit(part);
        }
        break;
      case 'choice':
        this.emitChoice(node.parts);
        break;
      case 'repeat':
        this.emitRepeat(node);
        break;
    }
  }

  private emitChoice(parts: readonly Node[]): void {
    const jumps: Jump[] = [];
    parts.forEach((part, i) => {
      if (i === parts.length - 1) {
        this.emit(part);
        return;
      }
      const split = this.split();
      this.emit(part);
      const jump: Jump = { kind: 'jump', to: 0 };
      this.program.push(jump);
      jumps.push(jump);
      split.b = this.program.length;
    });
    for (const jump of jumps) {
      jump.to = this.program.length;
    }
  }

  private emitRepeat({ part, min, max }: Extract<Node, { kind: 'repeat' }>): void {
    for (let i = 0; i < min; i++) {
      this.emit(part);
    }
    if (max === Infinity) {
      const start = this.program.length;
      const split = this.split();
      this.emit(part);
      this.program.push({ kind: 'jump', to: start });
      split.b = this.program.length;
      return;
    }
    const splits: Split[] = [];
    for (let i = min; i < max; i++) {
      splits.push(this.split());
      this.emit(part);
    }
    for (const split of splits) {
      split.b = this.program.length;
    }
  }

  /** A fork that goes on with the next step, or at `b`, which is set later. */
  private split(): Split {
    const split: Split = { kind: 'split', a: this.program.length + 1, b: 0 };
    this.program.push(split);
    return split;
  }
}

function run(program: readonly Instruction[], text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  let active: number[] = [];
  // The step in which an instruction was last reached, so that none is followed twice in one step.
  const reached = new Int32Array(program.length).fill(-1);
  for (let i = 0; i <= codes.length; i++) {
    // A match may begin anywhere.
    const states: number[] = [];
    if (follow(program, [...active, 0], codes, i, reached, states)) {
      return true;
    }
    const code = codes[i];
    active = [];
    for (const state of code === undefined ? [] : states) {
      const instruction = program[state];
      if (code !== undefined && instruction?.kind === 'test' && instruction.test(code)) {
        active.push(state + 1);
      }
    }
  }
  return false;
}

/** Collects the tests that can be reached without reading. @returns true where the end of the pattern can be */
function follow(
  program: readonly Instruction[],
  pending: number[],
  codes: readonly number[],
  at: number,
  reached: Int32Array,
  states: number[],
): boolean {
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    const instruction = program[state];
    if (instruction === undefined || reached[state] === at) {
      continue;
    }
    reached[state] = at;
    switch (instruction.kind) {
      case 'match':
        return true;
      case 'test':
        states.push(state);
        break;
      case 'jump':
        pending.push(instruction.to);
        break;
      case 'split':
        pending.push(instruction.a, instruction.b);
        break;
      case 'edge':
        if (holds(instruction.edge, codes, at)) {
          pending.push(state + 1);
        }
        break;
    }
  }
  return false;
}

function holds(edge: Edge, codes: readonly number[], at: number): boolean {
  if (edge === 'start' || edge === 'end') {
    return at === (edge === 'start' ? 0 : codes.length);
  }
  const wordAt = (i: number): boolean => {
    const code = codes[i];
    return code !== undefined && isWord(code);
  };
  return (wordAt(at - 1) !== wordAt(at)) === (edge === 'word');
}
