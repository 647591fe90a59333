// How an agent that was started finds who started it: in its environment, or in the headers of the
// request (W3C Baggage). What comes in headers is a stranger's word: only session ids are read from
// it, never where to send.

/** Where agents send when nothing else is said. An address, since `localhost` may mean ::1. */
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4317';
const ID_MAX_CHARS = 256;
const SESSION = 'banyan.session';
const PARENT_SESSION = 'banyan.parent_session';

/** @returns {Record<string, string | undefined>} the process's own environment; in browsers nothing */
function environment() {
  try {
    return /** @type {any} */ (globalThis).process?.env ?? {};
  } catch {
    return {};
  }
}

/** @param {string} name @returns {string | undefined} */
function variable(name) {
  try {
    return environment()[name] || undefined;
  } catch {
    return undefined; // Deno, when it was not allowed to look
  }
}

/** @returns {string} the collector that the environment names, or this machine's own */
export function endpointFromEnvironment() {
  return variable('BANYAN_ENDPOINT') ?? variable('AOP_ENDPOINT') ?? DEFAULT_ENDPOINT;
}

/** @returns {string | undefined} who started this process */
export function parentFromEnvironment() {
  return accepted(variable('BANYAN_PARENT_SESSION'));
}

/**
 * The session that this process was started to be. It is handed out once: whatever this process
 * starts itself, and every further client in it, finds that session as its parent.
 * @returns {string | undefined}
 */
export function takeSessionFromEnvironment() {
  const session = accepted(variable('BANYAN_SESSION'));
  if (session === undefined) return undefined;
  try {
    delete environment().BANYAN_SESSION;
    environment().BANYAN_PARENT_SESSION = session;
  } catch {
    // An environment that cannot be changed: a second client would take the session again.
  }
  return session;
}

/** @typedef {{ endpoint: string, parent: string, session?: string }} Place */

/**
 * Variables for a process that is started below `parent`.
 * @param {Place} place
 * @returns {Record<string, string>}
 */
export function variables({ endpoint, parent, session }) {
  const said = { BANYAN_ENDPOINT: endpoint, BANYAN_PARENT_SESSION: parent };
  return session === undefined ? said : { ...said, BANYAN_SESSION: session };
}

/**
 * Headers for a request to a service that works below `parent`; baggage that is there is kept.
 * @param {Place} place
 * @param {any} existing a `Headers`, or an object of names and values
 * @returns {Record<string, string>}
 */
export function headers({ parent, session }, existing = {}) {
  const kept = Object.fromEntries(pairs(existing));
  const own = [[PARENT_SESSION, parent], ...(session === undefined ? [] : [[SESSION, session]])];
  const others = entries(kept.baggage ?? '').filter(([name]) => name !== SESSION && name !== PARENT_SESSION);
  try {
    const said = own.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return { ...kept, baggage: [...others.map(([, , whole]) => whole), ...said].join(',') };
  } catch {
    return kept; // half a surrogate pair in an id: it cannot travel in a header
  }
}

/**
 * Reads them: options for the client of the service that was called.
 * @param {any} received a `Headers`, or an object of names and values, as a server gets them
 * @returns {{ sessionId?: string, parentSessionId?: string }}
 */
export function fromHeaders(received) {
  /** @type {{ sessionId?: string, parentSessionId?: string }} */
  const found = {};
  for (const [name, value] of entries(Object.fromEntries(pairs(received)).baggage ?? '')) {
    if (name === SESSION) found.sessionId = accepted(decoded(value));
    if (name === PARENT_SESSION) found.parentSessionId = accepted(decoded(value));
  }
  return JSON.parse(JSON.stringify(found));
}

/** @param {any} source @returns {[string, string][]} names in lower case */
function pairs(source) {
  try {
    const all = typeof source?.entries === 'function' ? [...source.entries()] : Object.entries(source ?? {});
    return all.map(([name, value]) => [String(name).toLowerCase(), [value].flat().join(',')]);
  } catch {
    return [];
  }
}

/** @param {string} baggage @returns {[string, string, string][]} name, value, the whole member */
function entries(baggage) {
  return baggage
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member.includes('='))
    .map((member) => {
      const [pair = ''] = member.split(';');
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim(), member];
    });
}

/** @param {string} value */
function decoded(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} id @returns {string | undefined} `id`, if a collector would take it */
function accepted(id) {
  const fits = id !== undefined && 0 < id.length && id.length <= ID_MAX_CHARS;
  return fits && !/[\u0000-\u001f\u007f]/.test(id) ? id : undefined;
}
