// Where events wait, and the one sender that takes them to the collector, in order, batch by batch.
//
// Laws: putting an event never waits and never throws. What waits is bounded in bytes; what does
// not fit is counted. One batch travels at a time, and is sent again with the very same bytes until
// it is answered or its time is over, so the collector sees every event in order and recognises
// what it has already.

import { judge } from './answer.js';
import { leave, prepareExit, watch } from './exit.js';
import { byteLength } from './wire.js';

const BATCH_MAX_EVENTS = 1_000;
const BATCH_MAX_BYTES = 2 * 1024 * 1024;
/** How long the first event of a batch waits for company. */
const LINGER_MS = 10;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;

const encoder = new TextEncoder();
/** Taken now: what is wrapped around `fetch` later must not report our own requests. */
const ownFetch = globalThis.fetch;

/** @typedef {{ endpoint: string, timeout: number, retryMs: number, exitMs: number, maxQueueBytes: number, fetch?: typeof fetch }} Settings */
/** @typedef {import('./answer.js').Answer} Answer */

/** @typedef {Map<string, Outbox>} Outboxes one for each place and manner of sending */
/** @type {Outboxes} */
const outboxes = new Map();
/** @type {WeakMap<typeof fetch, Outboxes>} they live as long as what they send with */
const outboxesWith = new WeakMap();

/** @param {Settings} settings @returns {Outbox} shared by all clients that send there in that way */
export function outboxOf(settings) {
  const { fetch: given, ...plain } = settings;
  const fetch = typeof given === 'function' ? given : undefined;
  const shared = fetch ? (outboxesWith.get(fetch) ?? new Map()) : outboxes;
  if (fetch) outboxesWith.set(fetch, shared);
  const key = JSON.stringify(plain);
  const outbox = shared.get(key) ?? new Outbox({ ...plain, fetch });
  shared.set(key, outbox);
  return outbox;
}

/** How many of `lines` travel together. @param {string[]} lines @param {number} [maxEvents] */
export function batchLength(lines, maxEvents = BATCH_MAX_EVENTS) {
  let bytes = 0;
  let count = 0;
  for (const line of lines) {
    bytes += byteLength(line) + 1;
    if (count === maxEvents || (0 < count && BATCH_MAX_BYTES < bytes)) break;
    count += 1;
  }
  return count;
}

export class Outbox {
  #settings;
  /** @type {string[]} */
  #queue = [];
  /** @type {string[]} what travels now */
  #batch = [];
  #batchMaxEvents = BATCH_MAX_EVENTS;
  #bytes = 0;
  #running = false;
  #failing = false;
  #final = false;
  #givenUp = false;
  /** @type {any} */
  #linger;
  /** @type {() => void} ends the pause between two attempts */
  #wake = () => {};
  /** @type {AbortController | undefined} */
  #request;
  #queued = 0;
  #settled = 0;
  #lost = 0;
  /** @type {{ target: number, done: () => void }[]} */
  #waiting = [];
  #counts = { sent: 0, dropped: 0, refused: 0, retries: 0 };
  /** @type {string | undefined} */
  #lastError;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    prepareExit();
  }

  get endpoint() {
    return this.#settings.endpoint;
  }

  get exitMs() {
    return this.#settings.exitMs;
  }

  get stats() {
    return { queued: this.#queued - this.#settled, ...this.#counts, ...(this.#lastError && { lastError: this.#lastError }) };
  }

  /** @param {string} line one event */
  put(line) {
    const size = byteLength(line);
    if (this.#settings.maxQueueBytes < this.#bytes + size) {
      this.#counts.dropped += 1;
      return;
    }
    if (this.#settled === this.#queued) watch(this);
    this.#bytes += size;
    this.#queued += 1;
    this.#queue.push(line);
    if (!this.#running && this.#linger === undefined) this.#linger = later(() => this.#run(), LINGER_MS);
  }

  /**
   * Waits until everything that was put before is settled, without waiting for company or for the
   * end of a pause.
   * @param {number} maxMs
   * @returns {Promise<boolean>} whether all of it reached the collector
   */
  flush(maxMs) {
    if (this.#settled === this.#queued) return Promise.resolve(true);
    const lostBefore = this.#lost;
    return new Promise((resolve) => {
      const finish = (/** @type {boolean} */ all) => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((waiter) => waiter !== mine);
        resolve(all);
      };
      const timer = setTimeout(() => finish(false), maxMs);
      const mine = { target: this.#queued, done: () => finish(this.#lost === lostBefore) };
      this.#waiting.push(mine);
      this.#wake();
      void this.#run();
    });
  }

  /** The last chance of a process whose work is done: nothing is waited for that has little hope. */
  async finish() {
    this.#final = true;
    if (!(await this.flush(this.exitMs))) this.abandon();
    this.#final = false;
  }

  /** Gives up what waits and what travels. @returns {string[]} what it was */
  abandon() {
    const left = this.waiting;
    this.#drop(this.#queue.splice(0));
    this.#givenUp = this.#running;
    this.#request?.abort();
    this.#wake();
    return left;
  }

  /** @returns {string[]} what has not been settled yet */
  get waiting() {
    return [...this.#batch, ...this.#queue];
  }

  /** @returns {boolean} whether the last attempt came to nothing */
  get failing() {
    return this.#failing;
  }

  async #run() {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#running) return;
    this.#running = true;
    while (0 < this.#queue.length) {
      this.#batch = this.#queue.splice(0, batchLength(this.#queue, this.#batchMaxEvents));
      await this.#deliver(this.#batch);
      this.#batch = [];
    }
    this.#running = false;
    this.#givenUp = false;
  }

  /** Sends `lines` until they are settled. @param {string[]} lines @returns {Promise<void>} */
  async #deliver(lines) {
    const body = encoder.encode(lines.join('\n'));
    const began = performance.now();
    for (let attempt = 0; !this.#givenUp; attempt += 1) {
      const answer = await this.#post(lines.length, body);
      this.#failing = answer.kind === 'failed';
      if (answer.kind === 'accepted') return this.#accepted(lines, answer.rejected);
      this.#lastError = answer.why;
      if (answer.kind === 'refused') return this.#refused(lines);
      const pauseMs = Math.max(backoffMs(attempt), answer.afterMs);
      const hopeless = this.#final && answer.unreachable;
      if (hopeless || this.#settings.retryMs < performance.now() - began + pauseMs) break;
      this.#counts.retries += 1;
      if (!this.#givenUp) await this.#pause(pauseMs);
    }
    this.#drop(lines);
  }

  /** @param {string[]} lines */
  #drop(lines) {
    this.#counts.dropped += lines.length;
    if (0 < lines.length) this.#settle(lines, true);
  }

  /** @param {string[]} lines @param {number} rejected */
  #accepted(lines, rejected) {
    this.#counts.sent += lines.length - rejected;
    this.#counts.refused += rejected;
    this.#settle(lines, 0 < rejected);
  }

  /** One by one, so that one bad event takes no other along, and for collectors without batches. */
  async #refused(/** @type {string[]} */ lines) {
    if (lines.length === 1) {
      this.#counts.refused += 1;
      return this.#settle(lines, true);
    }
    const { sent, refused } = this.#counts;
    for (const line of lines) await this.#deliver([line]);
    const takesNoBatches = sent < this.#counts.sent && refused === this.#counts.refused;
    if (takesNoBatches) this.#batchMaxEvents = 1;
  }

  /** @param {string[]} lines @param {boolean} lost */
  #settle(lines, lost) {
    for (const line of lines) this.#bytes -= byteLength(line);
    this.#settled += lines.length;
    if (this.#settled === this.#queued) leave(this);
    if (lost) this.#lost += 1;
    for (const { target, done } of [...this.#waiting]) if (target <= this.#settled) done();
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((/** @type {(value: void) => void} */ resolve) => {
      const timer = later(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @param {number} count @param {Uint8Array} body @returns {Promise<Answer>} */
  async #post(count, body) {
    const abort = new AbortController();
    this.#request = abort;
    const timer = later(() => abort.abort(), this.#settings.timeout);
    try {
      const response = await (this.#settings.fetch ?? ownFetch)(eventsAt(this.endpoint), {
        method: 'POST',
        headers: { 'content-type': count === 1 ? 'application/json' : 'application/x-ndjson' },
        body: /** @type {BodyInit} */ (body),
        redirect: 'manual',
        signal: abort.signal,
      });
      return judge(response, await response.text());
    } catch (error) {
      const unreachable = !abort.signal.aborted;
      const cause = /** @type {any} */ (error)?.cause ?? error;
      return { kind: 'failed', why: unreachable ? String(cause) : 'no answer in time', afterMs: 0, unreachable };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @param {number} attempt from 0 @returns {number} doubling, spread so that agents do not come together */
function backoffMs(attempt) {
  return Math.min(BACKOFF_FIRST_MS * 2 ** attempt, BACKOFF_MAX_MS) * (0.5 + Math.random() / 2);
}

/** @param {string} endpoint */
export function eventsAt(endpoint) {
  return `${endpoint.replace(/\/+$/, '')}/events`;
}

/** A timer that does not keep the process alive. @param {() => void} work @param {number} ms */
function later(work, ms) {
  const timer = /** @type {any} */ (setTimeout(work, ms));
  timer?.unref?.();
  return timer;
}
