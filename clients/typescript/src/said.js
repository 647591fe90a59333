// What two methods give back. Both can be awaited, as AOP's examples do, and then are what those
// examples expect: an id, or a client. Not awaited, they can do more.

import { headers, variables } from './propagation.js';
import { copy, snakeCase } from './wire.js';

/** @template T @implements {PromiseLike<T>} */
class Said {
  #value;

  /** @param {() => T} value */
  constructor(value) {
    this.#value = value;
  }

  /** @param {any} [kept] @param {any} [failed] @returns {Promise<any>} */
  then(kept, failed) {
    return new Promise((resolve) => resolve(this.#value())).then(kept, failed);
  }

  /** @param {any} [failed] */
  catch(failed) {
    return this.then(undefined, failed);
  }

  /** @param {() => void} [last] */
  finally(last) {
    return this.then().finally(last);
  }
}

/** A tool call that began. As a string it is its id. @extends {Said<string>} */
export class Call extends Said {
  #client;
  #tool;
  #began = performance.now();

  /** @param {import('./client.js').AOPClient} client @param {string} tool @param {string} id */
  constructor(client, tool, id) {
    super(() => id);
    this.#client = client;
    this.#tool = tool;
    this.id = id;
  }

  /** @param {boolean} [success] @param {unknown} [result] @param {any} [options] */
  end(success = true, result = undefined, options = undefined) {
    const durationMs = Math.round((performance.now() - this.#began) * 1_000) / 1_000;
    return this.#client.toolEnd(this.#tool, success, result, durationMs, { ...snakeCase(options), tool_call_id: this.id });
  }

  toString() {
    return this.id;
  }

  toJSON() {
    return this.id;
  }
}

/**
 * A child that was announced. As a string it is its session id.
 * @template T
 * @extends {Said<T>}
 */
export class Spawn extends Said {
  #endpoint;
  #make;

  /**
   * @param {{ agentId: string, sessionId: string, parentSessionId: string, endpoint: string }} child
   * @param {(more: any) => any} make a client for it
   * @param {boolean} wantsClient what awaiting it gives: the client, or else the session id
   */
  constructor({ agentId, sessionId, parentSessionId, endpoint }, make, wantsClient) {
    super(() => (wantsClient ? this.client() : /** @type {any} */ (sessionId)));
    this.agentId = agentId;
    this.sessionId = sessionId;
    this.parentSessionId = parentSessionId;
    this.#endpoint = endpoint;
    this.#make = make;
  }

  /** @param {any} [options] */
  client(options) {
    return this.#make(options);
  }

  /** @param {Record<string, string | undefined>} [base] */
  env(base) {
    return { ...copy(base), ...variables(this.#place) };
  }

  /** @param {any} [existing] */
  headers(existing) {
    return headers(this.#place, existing);
  }

  get #place() {
    return { endpoint: this.#endpoint, parent: this.parentSessionId, session: this.sessionId };
  }

  toString() {
    return this.sessionId;
  }

  toJSON() {
    return this.sessionId;
  }
}
