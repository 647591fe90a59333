// Whatever the collector does, the agent's own work is unharmed, no event gets a second identity, and
// what was lost is counted.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { AOPClient } from '@banyan/client';
import { Collector } from './lib/collector.js';
import { Faulty, nobody } from './lib/faulty.js';

/** What is promised of a quiet machine, and what a busy one must still keep. */
const P99_PROMISED_US = 50;
const P99_SLACK = 20;
const CALLS = 20_000;
/** Longer than anything here takes, far shorter than a collector that answers after a minute. */
const WORK_MAX_MS = 5_000;

const agent = (endpoint, options) => new AOPClient({ agentId: 'agent', parentSessionId: null, endpoint, ...options });

/** An agent's work: says many things, and lets others have their turn. @returns its slowest calls */
async function work(client, calls) {
  const took = new Float64Array(calls);
  for (let call = 0; call < calls; call += 1) {
    const began = performance.now();
    client.thought('The response from the January endpoint looks malformed', { confidence: 'low', call });
    took[call] = (performance.now() - began) * 1_000;
    if (call % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  return took.sort()[Math.floor(calls * 0.99)];
}

function sameBytes(requests) {
  const seen = new Map();
  for (const line of requests.flatMap(({ lines }) => lines)) {
    const { session_id, sequence } = JSON.parse(line);
    const identity = `${session_id} ${sequence}`;
    assert.equal(seen.get(identity) ?? line, line, 'an identity was sent with two contents');
    seen.set(identity, line);
  }
  return seen.size;
}

for (const manner of ['nobody', 'silent', 'busy', 'cutsTheBody', 'cutsTheAnswer']) {
  test(`a_collector_that_is_${manner}_does_no_harm`, async (context) => {
    const faulty = manner === 'nobody' ? undefined : await Faulty.start(context, manner);
    const client = agent(faulty?.endpoint ?? (await nobody()), { timeout: 60_000, maxQueueBytes: 1_000_000 });
    const began = performance.now();
    const p99 = await work(client, CALLS);
    assert.ok(performance.now() - began < WORK_MAX_MS);
    context.diagnostic(`p99 of a call: ${p99.toFixed(1)} µs (promised on a quiet machine: ${P99_PROMISED_US})`);
    assert.ok(p99 < P99_PROMISED_US * P99_SLACK, `p99 ${p99} µs`);

    assert.equal(await client.flush(100), false);
    const { queued, sent, dropped } = client.stats;
    assert.equal(queued + sent + dropped, CALLS);
    assert.equal(sent, 0);
    assert.ok(0 < dropped, 'the queue has no bound');
    assert.equal(client.sequence, CALLS + 1);
    sameBytes(faulty?.requests ?? []);
  });
}

test('what_failed_is_sent_again_with_the_same_bytes_and_in_order', async (context) => {
  const faulty = await Faulty.start(context, 'busy', 'cutsTheBody', 'cutsTheAnswer', 'silent', 'ok');
  const client = agent(faulty.endpoint, { timeout: 200 });
  await work(client, 250);
  while (!(await client.flush(1_000)));

  assert.equal(sameBytes(faulty.requests), 250);
  const taken = faulty.accepted.map((line) => JSON.parse(line).sequence);
  assert.deepEqual(taken, Array.from({ length: 250 }, (_, index) => index + 1));
  assert.equal(client.stats.sent, 250);
  assert.ok(4 <= client.stats.retries);
});

test('who_does_not_try_again_loses_them', async (context) => {
  const faulty = await Faulty.start(context, 'busy', 'ok');
  const client = agent(faulty.endpoint, { retryMs: 0 });
  await work(client, 250);
  assert.equal(await client.flush(WORK_MAX_MS), false);
  await work(client, 50);
  assert.ok(await client.flush(WORK_MAX_MS));
  const { sent, dropped } = client.stats;
  assert.ok(0 < dropped);
  assert.equal(faulty.accepted.length, sent);
  assert.equal(sent, 300 - dropped);
});

test('what_runs_out_of_time_is_dropped_and_counted', async (context) => {
  const faulty = await Faulty.start(context, 'busy');
  const client = agent(faulty.endpoint, { retryMs: 300 });
  await work(client, 10);
  assert.equal(await client.flush(WORK_MAX_MS), false);
  const { lastError, retries, ...counts } = client.stats;
  assert.deepEqual(counts, { queued: 0, sent: 0, dropped: 10, refused: 0 });
  assert.match(lastError, /^503/);
  assert.ok(0 < retries);
});

test('one_refused_event_takes_no_other_along', async (context) => {
  const faulty = await Faulty.start(context, 'refusesPoison');
  const client = agent(faulty.endpoint);
  for (const text of ['a', 'poison', 'b']) client.thought(text);
  assert.equal(await client.flush(), false);
  assert.deepEqual([client.stats.sent, client.stats.refused], [2, 1]);
  assert.deepEqual(faulty.requests.map(({ lines }) => lines.length), [3, 1, 1, 1]);
});

test('a_collector_that_takes_one_event_at_a_time_gets_them_one_at_a_time', async (context) => {
  const faulty = await Faulty.start(context, 'oneAtATime');
  const client = agent(faulty.endpoint);
  for (const round of [1, 2]) {
    await work(client, 5);
    assert.ok(await client.flush(), `round ${round}`);
  }
  assert.deepEqual(faulty.requests.map(({ lines }) => lines.length), [5, ...Array(10).fill(1)]);
});

test('a_process_ends_although_the_collector_fails', async (context) => {
  const faulty = [await Faulty.start(context, 'silent'), await Faulty.start(context, 'busy')];
  const places = [await nobody(), ...faulty.map(({ endpoint }) => endpoint)];
  const script = fileURLToPath(new URL('lib/worker.js', import.meta.url));
  const began = performance.now();
  const codes = places.map(async (endpoint) => {
    const env = { ...process.env, BANYAN_ENDPOINT: endpoint };
    const [code] = await once(spawn(process.execPath, [script], { env, stdio: 'inherit' }), 'exit');
    return code;
  });
  assert.deepEqual(await Promise.all(codes), [0, 0, 0]);
  assert.ok(performance.now() - began < 4 * WORK_MAX_MS);
});

test('a_hundred_thousand_events_survive_three_kills', async (context) => {
  const total = 100_000;
  const collector = await Collector.start();
  context.after(() => collector.stop());
  const client = agent(collector.endpoint);
  const kills = [15_000, 45_000, 75_000];
  for (let said = 0; said < total; said += 500) {
    await work(client, 500);
    if (kills[0] <= client.stats.sent) {
      kills.shift();
      await collector.killAndRestart();
    }
    // As fast as it can, but not faster than what may wait.
    while (20_000 < client.stats.queued) await client.flush(50);
  }
  assert.ok(await client.flush(60_000), JSON.stringify(client.stats));

  assert.deepEqual(kills, []);
  context.diagnostic(JSON.stringify(client.stats));
  const { queued, sent, dropped, refused, retries } = client.stats;
  assert.deepEqual({ queued, sent, dropped, refused }, { queued: 0, sent: total, dropped: 0, refused: 0 });
  assert.ok(3 <= retries);
  const sequences = (await collector.exported(client.sessionId)).map(({ sequence }) => sequence);
  assert.equal(sequences.length, total);
  assert.ok(sequences.every((sequence, index) => sequence === index + 1));
  // In the log, too, each came after its predecessor, and none was taken for a variant.
  const logged = (await collector.events()).map(({ event }) => event?.sequence);
  assert.equal(logged.length, total);
  assert.ok(logged.every((sequence, index) => sequence === index + 1));
});
