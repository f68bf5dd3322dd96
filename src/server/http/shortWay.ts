import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { stringifyJson } from '../../core/json';
import type { Log } from '../log';
import { AnswerWriter } from './answerWriter';
import { errorBody, toApiError } from './errors';
import { bodyStart, KnownHead } from './knownHead';

/** Answers a request, all else of it being known, by its body, whose bytes are good until this returns; rejects or throws as an `Endpoint` does. */
export type AnswerBody = (body: Buffer, socket: Socket) => Promise<object>;

export interface ShortWayOptions {
  /** How requests with such a head are answered by their bodies alone; undefined for those that are not. */
  readonly answerOf: (request: IncomingMessage) => AnswerBody | undefined;
  /** No request is taken any more, and each answer is its connection's last. */
  readonly isEnding: () => boolean;
  /** Seconds that a connection may be silent, as answers tell it. */
  readonly keepAlive: number;
  readonly log: Log;
}

/** Heads that are known of one connection. */
const maxHeads = 8;
/** Bytes of a request; a longer one is Node's. Batches of a thousand metrics have a hundred thousand. */
const maxBytes = 256 * 1024;
/** What comes in more pieces is Node's: a client has so many times the limit of silence for all of them. */
const maxPieces = 16;

/** The short ways of a server's connections (docs/adr/0011). */
export class ShortWays {
  private readonly ways = new WeakMap<Socket, ShortWay>();
  /** The newest request of each connection without a short way. */
  private readonly newest = new WeakMap<Socket, IncomingMessage>();
  private readonly writer: AnswerWriter;
  /** Where bodies that came in pieces are put together. */
  private room = Buffer.alloc(0);
  private busy = 0;
  private waiting: (() => void)[] = [];

  constructor(readonly options: ShortWayOptions) {
    this.writer = new AnswerWriter(options.keepAlive);
  }

  /** To be told of every request that Node reads, when its head is there. */
  note(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const way = this.ways.get(socket);
    if (way !== undefined) {
      way.note(request, response);
      return;
    }
    this.newest.set(socket, request);
    if (this.options.answerOf(request) !== undefined) {
      response.once('finish', () => this.open(socket, request, response));
    }
  }

  /** Whether a request came by the short way and its answer is still to come. */
  isAnswering(socket: Socket): boolean {
    return this.ways.get(socket)?.isAnswering === true;
  }

  /** Calls `action` when no request is under way here: at once, or later. */
  whenIdle(action: () => void): void {
    if (this.busy === 0) {
      action();
    } else {
      this.waiting.push(action);
    }
  }

  /** Node's parser has let the connection go: nothing more is read of it. */
  cut(socket: Socket): void {
    this.ways.get(socket)?.cut();
  }

  /** A request has begun to come by the short way. */
  began(): void {
    this.busy++;
  }

  ended(): void {
    this.busy--;
    if (this.busy === 0 && this.waiting.length > 0) {
      const { waiting } = this;
      this.waiting = [];
      waiting.forEach((action) => action());
    }
  }

  /** @returns what follows the first `start` bytes of the pieces, good until the next call */
  joined({ pieces, start, end }: Begun): Buffer {
    if (this.room.length < end) {
      this.room = Buffer.allocUnsafeSlow(maxBytes);
    }
    let at = -start;
    for (const piece of pieces) {
      piece.copy(this.room, Math.max(0, at), Math.max(0, -at));
      at += piece.length;
    }
    return this.room.subarray(0, at);
  }

  /** @returns false where the client should read before it is written to again */
  write(socket: Socket, status: number, json: string): boolean {
    return this.writer.write(socket, status, json, this.options.isEnding());
  }

  private open(socket: Socket, request: IncomingMessage, response: ServerResponse): void {
    // Node's parser listens, and nobody else; were that ever different, all would go on as before.
    const [parse, ...others] = socket.listeners('data');
    const isBetween = request.complete && this.newest.get(socket) === request;
    if (parse !== undefined && others.length === 0 && isBetween && socket.writable) {
      this.newest.delete(socket);
      const toNode = (chunk: Buffer): void => void Reflect.apply(parse, socket, [chunk]);
      this.ways.set(socket, new ShortWay(this, socket, toNode, { request, response, received: 0 }));
    }
  }
}

/** A request that Node reads. */
interface Exchange {
  /** What it began with; undefined where Node has read that by itself. */
  readonly first?: Buffer;
  received: number;
  request?: IncomingMessage;
  response?: ServerResponse;
}

interface Known {
  readonly head: KnownHead;
  readonly answer: AnswerBody;
}

/** A known head without all of its body. */
interface Begun {
  readonly answer: AnswerBody;
  /** The head is all in the first one. */
  readonly pieces: Buffer[];
  /** Bytes of the pieces. */
  size: number;
  /** Where the body begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Stands before Node's HTTP parser on one connection. Whatever is not surely a request that differs from an earlier one in its body alone
 * goes on to the parser, byte for byte; and so does all that follows where it is not sure any more where requests begin.
 */
class ShortWay {
  private readonly known: Known[] = [];
  /** Undefined when Node has read nothing since its last request was answered. */
  private exchange: Exchange | undefined;
  private begun: Begun | undefined;
  /** What came before the answer was out. */
  private held: Buffer[] = [];
  private isBusy = false;
  private hasLeft = false;

  constructor(
    private readonly ways: ShortWays,
    private readonly socket: Socket,
    private readonly toNode: (chunk: Buffer) => void,
    exchange: Exchange,
  ) {
    this.exchange = exchange;
    socket.removeAllListeners('data');
    // From now on Node's parser gets nothing but what it is given: it leaves a socket that others listen to.
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.prependListener('end', () => this.passBegun());
    socket.once('close', () => this.end());
  }

  get isAnswering(): boolean {
    return this.isBusy && this.begun === undefined;
  }

  note(request: IncomingMessage, response: ServerResponse): void {
    const { exchange } = this;
    if (exchange === undefined || exchange.request !== undefined) {
      // It came together with the one before it.
      this.leave();
      return;
    }
    exchange.request = request;
    exchange.response = response;
  }

  cut(): void {
    this.leave();
    this.socket.removeAllListeners('data');
  }

  /** From now on all goes to Node. */
  private leave(): void {
    this.hasLeft = true;
    this.exchange = undefined;
    this.known.length = 0;
  }

  private take(chunk: Buffer): void {
    if (this.isAnswering) {
      this.held.push(chunk);
      this.socket.pause();
      return;
    }
    const { begun } = this;
    if (begun !== undefined) {
      this.goOn(begun, chunk);
      return;
    }
    if (this.hasLeft || !this.isBetween()) {
      this.pass(chunk);
      return;
    }
    for (const { head, answer } of this.known) {
      const start = head.bodyIn(chunk);
      const end = start + head.length;
      if (start === 0 || this.ways.options.isEnding()) {
        continue;
      }
      if (chunk.length === end) {
        this.answer(answer, chunk.subarray(start));
        return;
      }
      if (chunk.length < end && end <= maxBytes) {
        this.begun = { answer, pieces: [chunk], size: chunk.length, start, end };
        this.begin();
        return;
      }
      break;
    }
    this.pass(chunk);
  }

  /** Most clients send head and body one after the other, and a long body comes in several pieces. */
  private goOn(begun: Begun, chunk: Buffer): void {
    const { answer, pieces, start, end } = begun;
    pieces.push(chunk);
    begun.size += chunk.length;
    const isGood = begun.size <= end && pieces.length <= maxPieces && !this.ways.options.isEnding();
    if (!isGood) {
      this.passBegun();
    } else if (begun.size === end) {
      this.answer(answer, end - start === chunk.length ? chunk : this.ways.joined(begun));
    }
  }

  /** @returns true where a request begins with what comes next */
  private isBetween(): boolean {
    const { exchange } = this;
    if (exchange === undefined) {
      return true;
    }
    const { first, received, request, response } = exchange;
    if (request === undefined || response === undefined || !request.complete) {
      return false;
    }
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    const whole = first === undefined ? received : bodyStart(first) + Number(length);
    // Node takes the socket from an answer that is out; one that has to wait for others has none yet.
    const isOut = response.writableFinished && response.socket === null;
    if (!isOut || encoding !== undefined || received !== whole) {
      this.leave();
      return false;
    }
    this.exchange = undefined;
    if (first !== undefined && response.statusCode === 200) {
      this.learn(first, request);
    }
    return true;
  }

  private learn(first: Buffer, request: IncomingMessage): void {
    const answer = this.ways.options.answerOf(request);
    const head = answer === undefined ? undefined : KnownHead.of(first, request);
    if (answer !== undefined && head !== undefined) {
      this.known.unshift({ head, answer });
      this.known.splice(maxHeads);
    }
  }

  private pass(bytes: Buffer): void {
    if (!this.hasLeft) {
      this.exchange ??= { first: bytes, received: 0 };
      this.exchange.received += bytes.length;
    }
    this.toNode(bytes);
  }

  private passBegun(): void {
    const { begun } = this;
    if (begun !== undefined) {
      this.begun = undefined;
      this.end();
      this.pass(Buffer.concat(begun.pieces));
    }
  }

  private answer(answer: AnswerBody, body: Buffer): void {
    this.begun = undefined;
    this.begin();
    try {
      answer(body, this.socket).then(this.onAnswer, this.onError);
    } catch (error) {
      this.onError(error);
    }
  }

  private readonly onAnswer = (answer: object): void => this.write(200, stringifyJson(answer));

  private readonly onError = (error: unknown): void => {
    const answer = toApiError(error, this.ways.options.log);
    this.write(answer.status, errorBody(answer));
  };

  private write(status: number, json: string): void {
    const { socket } = this;
    if (!this.isBusy || !socket.writable) {
      this.end();
      return;
    }
    const canGoOn = this.ways.write(socket, status, json);
    this.end();
    if (!canGoOn) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
    if (this.held.length > 0) {
      const held = Buffer.concat(this.held);
      this.held = [];
      if (canGoOn) {
        socket.resume();
      }
      this.take(held);
    }
  }

  private begin(): void {
    if (!this.isBusy) {
      this.isBusy = true;
      this.ways.began();
    }
  }

  private end(): void {
    if (this.isBusy) {
      this.isBusy = false;
      this.ways.ended();
    }
  }
}
