// What is still unsent when the process ends.
//
// A process that runs out of work is kept for a moment, until the events are sent. One that ends by
// `process.exit()` or an uncaught error can only wait for another process: one is started for the
// purpose. A page that is left hands over what fits. A signal that kills is not caught: that is the
// agent's own business; it can call `flush()`.

import { REFUSALS } from './answer.js';
import { batchLength, eventsAt } from './outbox.js';

/** What browsers let a page send while it is left, for all its requests together. */
const BEACON_MAX_BYTES = 60_000;
/** Tells a process that it is a courier: none of its own follows it. */
const COURIER_MARK = 'BANYAN_COURIER';
/** What node's own program is called. Any other one may be the agent itself. */
const NODE = /(^|[\\/])node(js)?([-_.]?v?[\d.]+)?(\.exe)?$/i;
/**
 * What the process started at exit does: it reads batches with an empty line between them, and sends
 * each until it is answered. It gets no code or address that was not known at start.
 */
const COURIER = `
const REFUSALS = ${JSON.stringify(REFUSALS)};
let text = '';
for await (const part of process.stdin.setEncoding('utf8')) text += part;
for (const batch of text.split('\\n\\n')) await send(batch.split('\\n'));

async function send(lines) {
  for (let pauseMs = 50; ; pauseMs *= 2) {
    const answer = await fetch(process.argv[1], {
      method: 'POST',
      headers: { 'content-type': lines.length === 1 ? 'application/json' : 'application/x-ndjson' },
      body: lines.join('\\n'),
      redirect: 'manual',
    });
    await answer.arrayBuffer();
    if (answer.ok) return;
    if (REFUSALS.includes(answer.status)) {
      if (1 < lines.length) for (const line of lines) await send([line]);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}`;

/** @typedef {import('./outbox.js').Outbox} Outbox */

/** @type {Set<Outbox>} those in which something waits */
const watched = new Set();
let isPrepared = false;
/** @type {any} */
let spawnSync;

/** Before the first event: what is needed at the end cannot be loaded there. */
export function prepareExit() {
  if (!isPrepared) hook();
  isPrepared = true;
}

/** @param {Outbox} outbox in which something waits from now on */
export function watch(outbox) {
  watched.add(outbox);
}

/** @param {Outbox} outbox in which nothing waits any longer */
export function leave(outbox) {
  watched.delete(outbox);
}

function hook() {
  const { process, addEventListener } = /** @type {any} */ (globalThis);
  if (typeof process?.on === 'function') {
    process.on('beforeExit', () => void Promise.all([...watched].map(finish)));
    process.on('exit', () => [...watched].forEach(hand));
    if (isNode(process)) void load(process);
  } else if (typeof addEventListener === 'function') {
    addEventListener('pagehide', () => [...watched].forEach(beacon));
  }
}

/** Whether `process.execPath` is a node that runs what it is given. @param {any} process */
function isNode({ release, versions, execPath, env }) {
  const isOther = versions.bun || versions.deno || versions.electron;
  return release?.name === 'node' && !isOther && NODE.test(execPath) && env[COURIER_MARK] === undefined;
}

/** @param {any} process */
async function load(process) {
  // By variables, so that bundlers for browsers leave them alone.
  const [sea, children] = ['node:sea', 'node:child_process'];
  const get = (/** @type {string} */ name) => process.getBuiltinModule(name);
  const late = (/** @type {string} */ name) => import(name).catch(() => undefined);
  // At once where that can be: the process may end before anything is awaited.
  const [program, found] = process.getBuiltinModule ? [get(sea), get(children)] : [await late(sea), await late(children)];
  // A single executable is the agent itself. Not found: not allowed here.
  if (!program?.isSea?.()) spawnSync = found?.spawnSync;
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
    const { NODE_OPTIONS: _, ...env } = { ...process.env, [COURIER_MARK]: '1' };
    const batches = [];
    while (0 < lines.length) batches.push(lines.splice(0, batchLength(lines)).join('\n'));
    spawnSync(process.execPath, ['--input-type=module', '-e', COURIER, eventsAt(outbox.endpoint)], {
      input: batches.join('\n\n'),
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
