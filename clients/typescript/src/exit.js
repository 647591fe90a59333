// What is still unsent when the process ends.
//
// A process that runs out of work is kept for a moment, until the events are sent. One that ends by
// `process.exit()` or an uncaught error can only wait for another process: one is started for the
// purpose. A page that is left hands over what fits. A signal that kills is not caught: that is the
// agent's own business; it can call `flush()`.

import { eventsAt } from './outbox.js';

/** What browsers let a page send while it is left, for all its requests together. */
const BEACON_MAX_BYTES = 60_000;
/** What the process started at exit does. It gets no code or address that was not known at start. */
const COURIER = `
let text = '';
for await (const part of process.stdin.setEncoding('utf8')) text += part;
const lines = text.split('\\n');
while (lines.length) await fetch(process.argv[1], {
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson' },
  body: lines.splice(0, 1000).join('\\n'),
});`;

/** @typedef {import('./outbox.js').Outbox} Outbox */

/** @type {Set<Outbox>} */
const watched = new Set();
/** @type {any} */
let spawnSync;

/** @param {Outbox} outbox */
export function watchExit(outbox) {
  if (watched.size === 0) hook();
  watched.add(outbox);
}

function hook() {
  const { process, addEventListener } = /** @type {any} */ (globalThis);
  if (typeof process?.on === 'function') {
    process.on('beforeExit', () => void Promise.all([...watched].map(finish)));
    process.on('exit', () => watched.forEach(hand));
    if (isNode(process)) void load(process);
  } else if (typeof addEventListener === 'function') {
    addEventListener('pagehide', () => watched.forEach(beacon));
  }
}

/** @param {any} process */
function isNode({ release, versions }) {
  return release?.name === 'node' && !versions.bun && !versions.deno && !versions.electron;
}

/** @param {any} process */
async function load(process) {
  try {
    const name = 'node:child_process';
    ({ spawnSync } = process.getBuiltinModule?.(name) ?? (await import(name)));
  } catch {
    spawnSync = undefined; // not allowed here: what is unsent at process.exit() is dropped
  }
}

/** @param {Outbox} outbox */
async function finish(outbox) {
  if (0 < outbox.stats.queued) await outbox.finish();
}

/** @param {Outbox} outbox */
function hand(outbox) {
  const hopeless = outbox.failing || !spawnSync;
  const lines = outbox.abandon();
  if (lines.length === 0 || hopeless) return;
  try {
    const { process } = /** @type {any} */ (globalThis);
    const { NODE_OPTIONS: _, ...env } = process.env;
    spawnSync(process.execPath, ['--input-type=module', '-e', COURIER, eventsAt(outbox.endpoint)], {
      input: lines.join('\n'),
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: outbox.exitMs,
      env,
    });
  } catch {
    // The process ends; there is nobody to tell.
  }
}

/** @param {Outbox} outbox */
function beacon(outbox) {
  let body = '';
  for (const line of outbox.waiting) {
    if (BEACON_MAX_BYTES < body.length + line.length) break;
    body += `${line}\n`;
  }
  if (body === '') return;
  const headers = { 'content-type': 'application/x-ndjson' };
  fetch(eventsAt(outbox.endpoint), { method: 'POST', headers, body, keepalive: true }).catch(() => {});
}
