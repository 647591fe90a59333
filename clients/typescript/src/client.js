// What an agent says about its session. Nothing here waits, and nothing here throws: an event is
// written down at once, as it is at that moment, and the outbox does the rest.

import { outboxOf } from './outbox.js';
import { endpointFromEnvironment, headers, parentFromEnvironment, takeSessionFromEnvironment, variables } from './propagation.js';
import { Call, Spawn } from './said.js';
import { copy, isList, name, payloadText, snakeCase, text, uuid } from './wire.js';

const TIMEOUT_MS = 2_000;
const RETRY_MS = 5 * 60_000;
const EXIT_MS = 2_000;
const FLUSH_MS = 10_000;
const QUEUE_MAX_BYTES = 32 * 1024 * 1024;
/** Sessions of which this process knows how far they have counted. */
const COUNTERS_MAX = 10_000;

/** @type {Map<string, { next: number }>} two clients of one session count together */
const counters = new Map();
/** What every method returns that has nothing to say: it can be awaited, and need not be. */
const DONE = Promise.resolve();

/** @typedef {import('../index.d.ts').AOPClientOptions} Options */

export class AOPClient {
  #agentId;
  #sessionId;
  #parentSessionId;
  #agentVersion;
  #counter;
  #outbox;
  /** Everything of an event that never changes. */
  #head;
  /** Begins the events' own identities where another process may count in the same session. */
  #run = '';
  #enabled = true;

  /**
   * @param {Options} options
   * @param {{ outbox: import('./outbox.js').Outbox, fresh: boolean }} [parent] how a child of this
   *   process sends, and whether nobody else can know its session id yet
   */
  constructor(options, parent) {
    const { agentId, sessionId, parentSessionId, agentVersion, ...rest } = options ?? {};
    const given = sessionId ?? takeSessionFromEnvironment();
    this.#agentId = name(agentId ?? 'agent');
    this.#agentVersion = agentVersion;
    this.#sessionId = name(given ?? uuid());
    const above = parentSessionId === undefined ? parentFromEnvironment() : parentSessionId;
    const parentId = name(above ?? this.#sessionId);
    this.#parentSessionId = parentId === this.#sessionId ? null : parentId;
    if (given !== undefined && !parent?.fresh) this.#run = uuid().slice(-12);
    this.#counter = counterOf(this.#sessionId);
    this.#outbox = parent?.outbox ?? outboxOf(settings(rest));
    this.#head = JSON.stringify({
      spec: 'aop/1.0',
      session_id: this.#sessionId,
      parent_session_id: this.#parentSessionId,
      agent_id: this.#agentId,
      agent_version: agentVersion === undefined ? undefined : name(agentVersion),
    }).slice(0, -1);
  }

  get agentId() {
    return this.#agentId;
  }

  get sessionId() {
    return this.#sessionId;
  }

  get parentSessionId() {
    return this.#parentSessionId;
  }

  get endpoint() {
    return this.#outbox.endpoint;
  }

  /** The number that the next event will have. */
  get sequence() {
    return this.#counter.next;
  }

  get enabled() {
    return this.#enabled;
  }

  enable() {
    this.#enabled = true;
  }

  disable() {
    this.#enabled = false;
  }

  get stats() {
    return this.#outbox.stats;
  }

  // ---- the session

  sessionStarted(payload = {}) {
    return this.emit('session.started', snakeCase(payload));
  }

  /** @param {any} status a word, or the whole payload @param {any} [payload] */
  heartbeat(status = 'running', payload = {}) {
    const fields = typeof status === 'string' ? { status, ...snakeCase(payload) } : { status: 'running', ...snakeCase(status) };
    return this.emit('session.heartbeat', fields);
  }

  /** @param {string} outcome @param {any} [payload] */
  sessionEnded(outcome = 'completed', payload = {}) {
    // The protocol's documentation says `outcome`, its reference collector reads `status`.
    const { error_message: error, ...fields } = snakeCase(payload);
    return this.emit('session.ended', { outcome, status: outcome, ...fields, error_message: text(error) });
  }

  // ---- what it thinks

  /** @param {string} content @param {any} [options] */
  thought(content, options) {
    return this.emit('cognition.thought', { reasoning: text(content), ...snakeCase(options) });
  }

  /** @param {string} goal @param {string} status @param {any} [options] */
  goal(goal, status = 'set', options = undefined) {
    return this.emit('cognition.goal', { goal: text(goal), status, ...snakeCase(options) });
  }

  /** @param {string} chosen @param {any} [options] or the alternatives @param {string} [reasoning] */
  decision(chosen, options, reasoning) {
    const fields = isList(options) ? { alternatives: options, reasoning } : snakeCase(options);
    return this.emit('cognition.decision', { chosen: text(chosen), ...fields });
  }

  /** @param {string} description @param {any} [options] */
  uncertainty(description, options) {
    return this.emit('cognition.uncertainty', { description: text(description), ...snakeCase(options) });
  }

  // ---- what it does

  /** @param {string} tool @param {unknown} [input] @param {any} [metadata] */
  toolStart(tool, input, metadata) {
    const call = new Call(this, tool, uuid());
    this.emit('operation.tool_start', { tool, input, tool_call_id: call.id, metadata });
    return call;
  }

  /**
   * @param {string} tool
   * @param {boolean} success
   * @param {unknown} [result] what it gave, or why it failed
   * @param {number} [durationMs]
   * @param {any} [options]
   */
  toolEnd(tool, success = true, result = undefined, durationMs = undefined, options = undefined) {
    const { tool_call_id, ...fields } = snakeCase(options);
    const said = success ? { output_summary: text(result) } : { error: text(result) };
    const id = tool_call_id === undefined ? undefined : name(tool_call_id);
    return this.emit('operation.tool_end', { tool, success: Boolean(success), ...said, latency_ms: durationMs, tool_call_id: id, ...fields });
  }

  /** @param {string} childAgentId @param {any} [goal] the goal, or options with it @param {any} [options] */
  agentSpawn(childAgentId, goal, options) {
    const wantsClient = typeof goal === 'string';
    const { session_id, ...fields } = wantsClient ? { goal, ...snakeCase(options) } : snakeCase(goal);
    const sessionId = name(session_id ?? uuid());
    const child = { agentId: name(childAgentId), sessionId, parentSessionId: this.#sessionId };
    this.emit('operation.agent_spawn', { child_session_id: sessionId, child_agent_id: child.agentId, ...fields });
    const make = (/** @type {any} */ more) => {
      const client = new AOPClient({ ...copy(more), ...child }, { outbox: this.#outbox, fresh: session_id === undefined });
      if (!this.#enabled) client.disable();
      return client;
    };
    return new Spawn({ ...child, endpoint: this.endpoint }, make, wantsClient);
  }

  /** @param {string} operation @param {string} [key] @param {any} [options] or a summary */
  memory(operation, key, options) {
    const fields = typeof options === 'string' ? { summary: options } : snakeCase(options);
    return this.emit('operation.memory', { operation, key, ...fields });
  }

  /** @param {string} service @param {any} [options] or the method @param {any} [more] options after a method */
  externalCall(service, options, more) {
    const { duration_ms, ...fields } = typeof options === 'string' ? { method: options, ...snakeCase(more) } : snakeCase(options);
    return this.emit('operation.external_call', { service, ...fields, latency_ms: duration_ms });
  }

  /** Any event, also of a type of your own. @param {string} type @param {unknown} [payload] */
  emit(type, payload) {
    if (this.#enabled) {
      try {
        const said = payloadText(payload);
        const sequence = this.#counter.next;
        this.#counter.next += 1;
        const own = this.#run && `,"event_id":"${this.#run}-${sequence}"`;
        const rest = `"timestamp":"${new Date().toISOString()}","type":${JSON.stringify(name(type))},"payload":${said}}`;
        this.#outbox.put(`${this.#head}${own},"sequence":${sequence},${rest}`);
      } catch {
        // Out of memory, most likely. Whatever it is, it is not the agent's trouble.
      }
    }
    return DONE;
  }

  // ---- around a piece of work

  /** @template T @param {any} payload @param {(client: this) => T | Promise<T>} work @returns {Promise<T>} */
  async session(payload, work) {
    this.sessionStarted(payload);
    try {
      const result = await work(this);
      this.sessionEnded('completed', { outcome_summary: text(result) });
      return result;
    } catch (error) {
      this.sessionEnded('failed', { error_message: text(error) });
      throw error;
    }
  }

  /** @template T @param {string} name @param {unknown} input @param {(call: Call) => T | Promise<T>} work @returns {Promise<T>} */
  async tool(name, input, work) {
    const call = this.toolStart(name, input);
    try {
      const result = await work(call);
      call.end(true, result);
      return result;
    } catch (error) {
      call.end(false, error);
      throw error;
    }
  }

  // ---- to others, and to the end

  /** @param {Record<string, string | undefined>} [base] */
  env(base) {
    return { ...copy(base), ...variables({ endpoint: this.endpoint, parent: this.#sessionId }) };
  }

  /** @param {any} [existing] */
  headers(existing) {
    return headers({ endpoint: this.endpoint, parent: this.#sessionId }, existing);
  }

  /** @param {number} [maxMs] @returns {Promise<boolean>} */
  flush(maxMs = FLUSH_MS) {
    return this.#outbox.flush(maxMs);
  }
}

/** @param {any} options @returns {import('./outbox.js').Settings} */
function settings({ endpoint, timeout, retryMs, exitMs, maxQueueBytes, fetch }) {
  return {
    endpoint: String(endpoint ?? endpointFromEnvironment()),
    timeout: timeout ?? TIMEOUT_MS,
    retryMs: retryMs ?? RETRY_MS,
    exitMs: exitMs ?? EXIT_MS,
    maxQueueBytes: maxQueueBytes ?? QUEUE_MAX_BYTES,
    fetch,
  };
}

/** @param {string} sessionId */
function counterOf(sessionId) {
  const counter = counters.get(sessionId) ?? { next: 1 };
  counters.delete(sessionId);
  counters.set(sessionId, counter);
  for (const oldest of counters.keys()) {
    if (counters.size <= COUNTERS_MAX) break;
    counters.delete(oldest);
  }
  return counter;
}
