// One event as one line of JSON, made so that it can always be made: whatever an agent passes as a
// payload, the worst that may happen is that a part of it is replaced by a word.

/** What a collector takes as one event, less room for the envelope. */
const PAYLOAD_MAX_BYTES = 1024 * 1024 - 8 * 1024;
/** Limits for a payload that cannot be written as it is … */
const ROOMY = { textMaxChars: Infinity, itemsMax: Infinity, levelsMax: 48 };
/** … and for one that is too large. */
const TIGHT = { textMaxChars: 4_096, itemsMax: 64, levelsMax: 8 };

/** Stands for what throws when it is looked at. */
const UNREADABLE = '[unreadable]';
const encoder = new TextEncoder();

/** @param {string} text @returns {number} its size in UTF-8 */
export function byteLength(text) {
  const { Buffer } = /** @type {any} */ (globalThis);
  return Buffer ? Buffer.byteLength(text) : encoder.encode(text).length;
}

/**
 * A payload as a JSON object; what is not an object becomes `{"value": …}`. Cycles, big integers
 * and throwing getters are replaced; a payload over the collector's limit keeps the beginning of
 * its texts and lists and says `"clipped": true`. Never throws.
 * @param {unknown} payload
 * @returns {string}
 */
export function payloadText(payload) {
  const text = asItIs(payload) ?? JSON.stringify(object(plain(payload, ROOMY)));
  if (text.length * 3 <= PAYLOAD_MAX_BYTES || byteLength(text) <= PAYLOAD_MAX_BYTES) return text;
  const tight = JSON.stringify({ ...object(plain(payload, TIGHT)), clipped: true });
  return byteLength(tight) <= PAYLOAD_MAX_BYTES ? tight : '{"clipped":true}';
}

/** @param {unknown} payload */
function asItIs(payload) {
  try {
    const text = JSON.stringify(payload ?? {});
    return text?.startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @returns {object} */
function object(value) {
  const is = typeof value === 'object' && value !== null && !Array.isArray(value);
  return is ? value : { value };
}

/**
 * `value` as something that JSON can say.
 * @param {any} value
 * @param {typeof ROOMY} limits
 * @param {object[]} above the objects that it is in
 * @returns {unknown}
 */
function plain(value, limits, above = []) {
  switch (typeof value) {
    case 'string':
      return clip(value, limits.textMaxChars);
    case 'bigint':
      return String(value);
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (above.includes(value)) return '[circular]';
  if (limits.levelsMax <= above.length) return '[deep]';
  try {
    if (typeof value.toJSON === 'function') {
      const said = value.toJSON();
      if (said !== value) return plain(said, limits, [...above, value]);
    }
    if (value instanceof Error) return clip(String(value), limits.textMaxChars);
    if (value instanceof Map) return plain(Object.fromEntries(value), limits, [...above, value]);
    const list = value instanceof Set ? [...value] : value;
    return Array.isArray(list) ? items(list, limits, [...above, value]) : fields(value, limits, [...above, value]);
  } catch {
    return UNREADABLE;
  }
}

/** @param {unknown[]} list @param {typeof ROOMY} limits @param {object[]} above */
function items(list, limits, above) {
  const kept = list.slice(0, limits.itemsMax).map((item) => plain(item, limits, above));
  return kept.length < list.length ? [...kept, `… ${list.length - kept.length} more`] : kept;
}

/** @param {any} value @param {typeof ROOMY} limits @param {object[]} above */
function fields(value, limits, above) {
  /** @type {Record<string, unknown>} */
  const kept = {};
  for (const name of Object.keys(value).slice(0, limits.itemsMax)) {
    try {
      kept[name] = plain(value[name], limits, above);
    } catch {
      kept[name] = UNREADABLE;
    }
  }
  return kept;
}

/** @param {string} text @param {number} maxChars */
function clip(text, maxChars) {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars)}… ${text.length - maxChars} more characters`;
}

/**
 * What an agent passes as a result, a summary or an error, as text.
 * @param {unknown} value
 * @returns {string | undefined}
 */
export function text(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  try {
    if (value instanceof Error) return String(value);
    return asItIs(value) ?? String(JSON.stringify(plain(value, ROOMY)));
  } catch {
    return UNREADABLE;
  }
}

/** What an agent passes as a name or an id. @param {unknown} value @returns {string} */
export function name(value) {
  try {
    return String(value);
  } catch {
    return UNREADABLE;
  }
}

/** @param {unknown} value @returns {boolean} also of a proxy that was revoked */
export function isList(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The fields of what an agent passes as options. @param {any} options @returns {Record<string, any>} */
export function copy(options) {
  /** @type {Record<string, any>} */
  const fields = {};
  if (typeof options !== 'object' || options === null) return fields;
  try {
    for (const name of Object.keys(options)) fields[name] = field(options, name);
  } catch {
    fields.value = UNREADABLE;
  }
  return fields;
}

/** @param {any} options @param {string} name */
function field(options, name) {
  try {
    return options[name];
  } catch {
    return UNREADABLE;
  }
}

/**
 * The same fields under the protocol's names: `tokenSpendDelta` → `token_spend_delta`. What is
 * inside the fields is the agent's own and stays as it is.
 * @param {any} options
 * @returns {Record<string, any>}
 */
export function snakeCase(options) {
  const given = copy(options);
  /** @type {Record<string, any>} */
  const fields = {};
  for (const name of Object.keys(given)) {
    fields[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = given[name];
  }
  return fields;
}

/** @returns {string} a random UUID, also where the platform has none to give (Node 18, plain HTTP) */
export function uuid() {
  const { crypto } = globalThis;
  if (crypto?.randomUUID) return crypto.randomUUID();
  const digit = (/** @type {string} */ mark) => {
    const random = Math.floor(Math.random() * 16);
    return (mark === 'x' ? random : (random & 3) | 8).toString(16);
  };
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, digit);
}
