// What agents say reaches a real collector and means what they meant.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { AOPClient, fromHeaders } from '@banyan/client';
import { Collector } from './lib/collector.js';

let collector;
before(async () => (collector = await Collector.start()));
after(() => collector.stop());

const client = (options) => new AOPClient({ endpoint: collector.endpoint, parentSessionId: null, ...options });

test('the_example_of_the_multi_agent_guide', async () => {
  // Parent agent
  const parent = client({ agentId: 'orchestrator' });
  await parent.sessionStarted({ goal: 'Write a report' });

  // Spawn a child agent
  const childSessionId = await parent.agentSpawn('researcher', {
    goal: 'Gather sources'
  });

  // In the child agent process
  const child = new AOPClient({
    endpoint: collector.endpoint,
    agentId: 'researcher',
    sessionId: childSessionId,
    parentSessionId: parent.sessionId
  });
  await child.sessionStarted({ goal: 'Gather sources' });

  assert.equal(typeof childSessionId, 'string');
  assert.ok(await parent.flush());
  const { children } = await collector.get(`/sessions/${parent.sessionId}/children`);
  assert.equal(children.length, 1);
  assert.equal(children[0].id, childSessionId);
  assert.equal(children[0].agent_id, 'researcher');
  assert.equal(children[0].goal, 'Gather sources');
  const [, spawned] = await collector.exported(parent.sessionId);
  assert.equal(spawned.type, 'operation.agent_spawn');
  assert.deepEqual(spawned.payload, {
    child_session_id: childSessionId,
    child_agent_id: 'researcher',
    goal: 'Gather sources',
  });
});

test('the_example_of_the_sdk_gives_a_ready_child', async () => {
  const parent = client({ agentId: 'orchestrator' });
  await parent.sessionStarted({ goal: 'Complex multi-step research task' });
  const child = await parent.agentSpawn('researcher-agent', 'Research AI tools', { reason: 'Special' });
  await child.sessionStarted({ goal: 'Research AI tools' });
  await child.sessionEnded('completed', { outcome_summary: 'Five tools', total_cost_usd: 0.34 });

  assert.ok(await child.flush());
  const { session } = await collector.get(`/sessions/${child.sessionId}`);
  assert.equal(session.parent_session_id, parent.sessionId);
  assert.equal(session.agent_id, 'researcher-agent');
  assert.equal(session.status, 'completed');
  assert.equal(session.total_cost_usd, 0.34);
});

test('everything_an_agent_can_say', async () => {
  const agent = client({ agentId: 'agent', agentVersion: '1.2.3' });
  agent.sessionStarted({ goal: 'Everything', llm: 'a-model' });
  agent.heartbeat('waiting', { step: 2, tokenSpend: 900 });
  agent.thought('Broad search first', { confidence: 'high', nextIntent: 'web_search' });
  agent.goal('Parse January', 'in_progress', { parentGoal: 'Gather Q1' });
  agent.decision('REST', { alternatives: ['REST', 'GraphQL'], reasoning: 'Pagination' });
  agent.uncertainty('Which quarter?');
  const callId = await agent.toolStart('web_search', { query: 'AOP' });
  agent.toolEnd('web_search', true, 'Found 10 results', 420, { toolCallId: callId, tokenSpendDelta: 340 });
  const call = agent.toolStart('database', { sql: 'select 1' });
  call.end(false, new Error('Connection timeout'));
  agent.memory('write', 'draft', 'The first draft');
  agent.externalCall('github', { method: 'GET', url: '/repos', durationMs: 12, status: 200 });
  agent.emit('acme.checkpoint', { camelCase: 'stays' });
  agent.sessionEnded('failed', { error_message: new Error('no money') });

  assert.ok(await agent.flush());
  const { session, events } = await collector.get(`/sessions/${agent.sessionId}`);
  assert.equal(session.status, 'failed');
  assert.equal(session.goal, 'Everything');
  assert.equal(session.total_tokens, 900);
  const payload = (type, number = 0) => events.filter((event) => event.type === type)[number].payload;
  assert.deepEqual(events.map(({ sequence }) => sequence), events.map((_, index) => index + 1));
  assert.deepEqual([...new Set(events.map((event) => event.agent_version))], ['1.2.3']);
  assert.deepEqual(payload('cognition.thought'), {
    reasoning: 'Broad search first', confidence: 'high', next_intent: 'web_search',
  });
  assert.deepEqual(payload('operation.tool_end'), {
    tool: 'web_search', success: true, output_summary: 'Found 10 results', latency_ms: 420,
    tool_call_id: callId, token_spend_delta: 340,
  });
  const { latency_ms, ...failed } = payload('operation.tool_end', 1);
  assert.ok(0 <= latency_ms);
  assert.deepEqual(failed, {
    tool: 'database', success: false, error: 'Error: Connection timeout', tool_call_id: call.id,
  });
  assert.deepEqual(payload('acme.checkpoint'), { camelCase: 'stays' });
  assert.equal(payload('session.ended').error_message, 'Error: no money');
});

test('work_in_a_session_ends_it_whatever_happens', async () => {
  const good = client({ agentId: 'good' });
  const found = await good.session({ goal: 'Count' }, (agent) => agent.tool('count', {}, () => [1, 2]));
  assert.deepEqual(found, [1, 2]);
  const bad = client({ agentId: 'bad' });
  const work = bad.session({ goal: 'Fail' }, () => bad.tool('fail', {}, () => { throw new Error('broken'); }));
  await assert.rejects(work, /broken/);

  assert.ok(await bad.flush());
  const status = async ({ sessionId }) => (await collector.get(`/sessions/${sessionId}`)).session.status;
  assert.deepEqual([await status(good), await status(bad)], ['completed', 'failed']);
});

test('a_process_finds_its_parent_and_its_own_children_find_it', async () => {
  const parent = client({ agentId: 'launcher' });
  parent.sessionStarted({ goal: 'Launch' });
  const child = parent.agentSpawn('worker', { goal: 'Work' });
  const script = fileURLToPath(new URL('lib/worker.js', import.meta.url));
  const worker = spawn(process.execPath, [script], { env: child.env(process.env), stdio: 'inherit' });
  const [code] = await once(worker, 'exit');

  assert.equal(code, 0);
  assert.ok(await parent.flush());
  const tree = await collector.get(`/sessions/${parent.sessionId}/tree`);
  const [working] = tree.children;
  assert.equal(working.session.id, child.sessionId);
  assert.equal(working.session.status, 'completed');
  const below = working.children.map(({ session }) => [session.agent_id, session.status]).sort();
  assert.deepEqual(below, [['helper', 'running'], ['started', 'completed']]);
});

test('a_called_service_finds_its_parent_in_the_headers', async () => {
  const caller = client({ agentId: 'caller', sessionId: `with space, and=comma;/ü-${Date.now()}` });
  const plain = caller.headers({ Accept: 'text/plain', baggage: 'tenant=7' });
  assert.equal(plain.accept, 'text/plain');
  assert.match(plain.baggage, /^tenant=7,banyan\.parent_session=with%20space/);
  assert.deepEqual(fromHeaders(new Headers(plain)), { parentSessionId: caller.sessionId });
  const spawned = caller.agentSpawn('callee', { goal: 'Answer' });
  assert.deepEqual(fromHeaders(spawned.headers(plain)), {
    parentSessionId: caller.sessionId, sessionId: spawned.sessionId,
  });
  for (const baggage of ['', 'x', 'banyan.session', 'banyan.session=%zz', `banyan.session=${'x'.repeat(300)}`]) {
    assert.deepEqual(fromHeaders({ baggage }), {}, baggage);
  }
  assert.deepEqual(fromHeaders(undefined), {});
});

test('what_cannot_be_said_is_said_as_well_as_possible', async () => {
  const agent = client({ agentId: 'odd' });
  const circle = { name: 'circle' };
  circle.self = circle;
  const throws = { get closed() { throw new Error('no'); }, open: 1 };
  let deep = {};
  for (let level = 0; level < 20_000; level += 1) deep = { deep };
  const odd = [circle, { big: 10n }, throws, deep, [1, 2], 'text', null, undefined, { half: '\ud83d' }];
  for (const payload of odd) agent.emit('odd.payload', payload);
  agent.emit('odd.large', { tool: 'cat', result: 'x'.repeat(3_000_000), list: Array(9).fill('y'.repeat(500_000)) });
  agent.sessionEnded('completed');

  assert.ok(await agent.flush(), JSON.stringify(agent.stats));
  const payloads = (await collector.exported(agent.sessionId)).map(({ payload }) => payload);
  assert.equal(payloads.length, odd.length + 2);
  assert.deepEqual(payloads[0], { name: 'circle', self: '[circular]' });
  assert.deepEqual(payloads[1], { big: '10' });
  assert.deepEqual(payloads[2], { closed: '[unreadable]', open: 1 });
  assert.deepEqual(payloads.slice(4, 8), [{ value: [1, 2] }, { value: 'text' }, {}, {}]);
  assert.equal(payloads[9].clipped, true);
  assert.equal(payloads[9].tool, 'cat');
});

test('no_method_throws_whatever_it_is_given', async () => {
  const refuse = () => {
    throw new Error('no');
  };
  const traps = Object.fromEntries(['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'].map((trap) => [trap, refuse]));
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = [new Proxy({}, traps), revoked.proxy, { toString: refuse, toJSON: refuse }, Object.create(null), Symbol('odd'), 10n];
  const agent = client({ agentId: hostile[0], agentVersion: hostile[1] });
  assert.equal(agent.agentId, '[unreadable]');
  const calls = ['sessionStarted', 'heartbeat', 'thought', 'goal', 'decision', 'uncertainty', 'toolEnd', 'memory', 'externalCall', 'emit'];
  for (const bad of hostile) {
    for (const call of calls) agent[call](bad, bad, bad, bad, bad);
    agent.decision('this', bad);
    agent.toolEnd('cat', true, 'miow', 1, { toolCallId: bad });
    const spawn = agent.agentSpawn(bad, bad, bad);
    agent.agentSpawn('child', 'goal', bad).client(bad);
    agent.agentSpawn('child', { sessionId: bad });
    assert.ok('baggage' in spawn.headers(bad) && 'BANYAN_SESSION' in spawn.env(bad) && 'baggage' in agent.headers(bad));
    agent.toolStart(bad, bad, bad).end(bad, bad, bad);
    assert.deepEqual(fromHeaders(bad), {});
  }
  const work = { title: 'kept' };
  agent.sessionEnded('completed', { outcomeSummary: 'done', toString: refuse, work });

  assert.ok(await agent.flush(), JSON.stringify(agent.stats));
  const events = await collector.exported(agent.sessionId);
  assert.equal(events.length, agent.sequence - 1);
  assert.equal(events.length, hostile.length * (calls.length + 7) + 1);
  assert.equal(events.at(-1).payload.outcome_summary, 'done');
});

test('who_is_disabled_says_nothing_and_counts_nothing', async () => {
  const agent = client({ agentId: 'shy' });
  agent.thought('one');
  agent.disable();
  agent.thought('never');
  assert.equal(typeof (await agent.agentSpawn('child', { goal: 'still gets an id' })), 'string');
  assert.deepEqual([agent.enabled, agent.sequence], [false, 2]);
  agent.enable();
  agent.thought('two');
  assert.ok(await agent.flush());
  const said = await collector.exported(agent.sessionId);
  assert.deepEqual(said.map(({ sequence, payload }) => [sequence, payload.reasoning]), [[1, 'one'], [2, 'two']]);
});

test('two_clients_of_one_session_never_use_a_number_twice', async () => {
  const one = client({ agentId: 'twin', sessionId: `twins-${Date.now()}` });
  const two = client({ agentId: 'twin', sessionId: one.sessionId });
  for (let turn = 0; turn < 5; turn += 1) [one, two].forEach((twin) => twin.thought(`${turn}`));
  assert.ok(await one.flush());
  const said = await collector.exported(one.sessionId);
  assert.deepEqual(said.map(({ sequence }) => sequence), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
