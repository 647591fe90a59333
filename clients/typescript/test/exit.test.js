// What is still unsent when a process ends, and what a process keeps.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { AOPClient } from '@banyan/client';
import { Faulty } from './lib/faulty.js';

const HURRY = fileURLToPath(new URL('lib/hurry.js', import.meta.url));
const BODY_MAX_BYTES = 2 * 1024 * 1024;

/** Ends in a hurry, with things unsaid. */
async function hurry(endpoint, { program = process.execPath, events = 3, bytes = 10, ...env } = {}) {
  const child = spawn(program, [HURRY, events, bytes], { env: { ...process.env, BANYAN_ENDPOINT: endpoint, ...env }, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

const numbers = (faulty) => [...new Set(faulty.accepted)].map((line) => JSON.parse(line).sequence);
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);

test('what_is_unsent_at_exit_is_sent_within_the_limits_of_a_request', async (context) => {
  const faulty = await Faulty.start(context, 'ok');
  await hurry(faulty.endpoint, { events: 30, bytes: 400_000 });
  assert.deepEqual(numbers(faulty), upTo(30));
  const sizes = faulty.requests.map(({ lines }) => lines.join('\n').length);
  assert.ok(sizes.every((size) => size <= BODY_MAX_BYTES) && sizes.length < 10, `${sizes}`);
});

test('an_answer_at_exit_is_looked_at', async (context) => {
  const later = await Faulty.start(context, 'busy', 'ok');
  await hurry(later.endpoint);
  assert.deepEqual(numbers(later), [1, 2, 3]);
  const alone = await Faulty.start(context, 'oneAtATime');
  await hurry(alone.endpoint);
  assert.deepEqual(alone.requests.map(({ lines }) => lines.length), [3, 1, 1, 1]);
});

test('a_program_that_is_not_called_node_is_not_started_again', async (context) => {
  const home = await mkdtemp(join(tmpdir(), 'banyan-agent-'));
  context.after(() => rm(home, { recursive: true, force: true }));
  const faulty = await Faulty.start(context, 'ok');
  const program = join(home, 'agent');
  await copyFile(process.execPath, program);
  await hurry(faulty.endpoint, { program });
  await hurry(faulty.endpoint, { BANYAN_COURIER: '1' });
  assert.deepEqual(faulty.requests, []);
});

test('clients_with_the_same_fetch_share_a_sender', async (context) => {
  const faulty = await Faulty.start(context, 'ok');
  const mine = (...request) => fetch(...request);
  const [one, two] = [1, 2].map(() => new AOPClient({ agentId: 'agent', endpoint: faulty.endpoint, fetch: mine }));
  one.thought('one');
  two.thought('two');
  assert.ok(await one.flush());
  assert.deepEqual([one.stats.sent, two.stats.sent, faulty.requests.length], [2, 2, 1]);
});

test('a_fetch_that_nobody_uses_any_longer_is_forgotten', async (context) => {
  const faulty = await Faulty.start(context, 'ok');
  const says = async () => {
    const own = (...request) => fetch(...request);
    const client = new AOPClient({ agentId: 'agent', endpoint: faulty.endpoint, fetch: own });
    client.thought('once');
    assert.ok(await client.flush());
    return new WeakRef(own);
  };
  const all = [];
  for (let count = 0; count < 20; count += 1) all.push(await says());
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  // The last one may still be on the stack.
  assert.ok(all.filter((fetch) => fetch.deref()).length < 3);
});
