// What the tests feed the collector: a real run, and made-up trouble of every kind.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FIXTURE = join(import.meta.dirname, '../../fixtures/aop-claude-code-run.ndjson');
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** When the stories began: lately, so that pages which look at today show them. */
const BASE = Date.now() - HOUR_MS;

/** The real run: one group of three sessions. */
export const realRun = () => readFile(FIXTURE, 'utf8');

/** Writes the events of one session in order. */
export class Story {
  #sequence = 0;
  events = [];

  constructor(id, agent = 'coder', parent = null, extra = {}) {
    Object.assign(this, { id, agent, parent, extra });
  }

  tell(type, payload = {}) {
    this.#sequence += 1;
    this.events.push({
      spec: 'aop/1.0',
      session_id: this.id,
      parent_session_id: this.parent,
      agent_id: this.agent,
      sequence: this.#sequence,
      timestamp: new Date(BASE + this.#sequence * SECOND_MS).toISOString(),
      type,
      payload,
      ...this.extra,
    });
    return this;
  }

  /** Leaves numbers out, as a lossy network does. */
  lose(count) {
    this.#sequence += count;
    return this;
  }

  start(goal, payload = {}) {
    return this.tell('session.started', { goal, model: 'claude-opus-5', ...payload });
  }

  call(tool, input, end) {
    const id = `call-${this.#sequence}`;
    this.tell('operation.tool_start', { tool, input, tool_call_id: id });
    return end ? this.tell('operation.tool_end', { tool, tool_call_id: id, duration_ms: 7_200, ...end }) : this;
  }

  end(outcome, payload = {}) {
    return this.tell('session.ended', { outcome, total_tokens: 41_345, total_cost_usd: 0.21, ...payload });
  }
}

const all = (stories) => stories.flatMap((story) => story.events);

/** Two groups that are easy to tell, and a session alone. */
export function groups() {
  const orchestrator = new Story('orch', 'orchestrator').start('Migrate billing to the v3 ledger');
  orchestrator.tell('operation.agent_spawn', {
    child_session_id: 'coder-1', child_agent_id: 'coder', goal: 'Port the invoice module',
  });
  const coder = new Story('coder-1', 'coder', 'orch').start('Port the invoice module');
  coder.tell('cognition.thought', { reasoning: 'First find every place that rounds.', confidence: 'medium' });
  coder.call('bash', { command: 'cargo test -p ledger' }, { success: true, output: 'exit 0' });
  for (let beat = 0; beat < 12; beat += 1) coder.tell('session.heartbeat', { status: 'running', step: beat });
  coder.lose(3);
  coder.call('bash', { command: 'cargo test -- rounding' }, { success: false, error: 'exit status 101' });
  coder.call('read_file', { path: 'ledger/src/round.rs' });
  coder.end('failed', { error: '3 tests failed' });
  const tester = new Story('tester-1', 'tester', 'coder-1').start('Run the property tests').end('failed');
  const reviewer = new Story('review-1', 'reviewer', 'orch').start('Decide on rounding');
  reviewer.tell('session.heartbeat', { status: 'waiting' });
  const docs = new Story('doc', 'doc-writer').start('Draft the release notes').end('completed', {
    outcome_summary: 'The notes cover all 31 changes.\n\n- Ledger\n- Import',
  });
  const docsChild = new Story('doc-2', 'reader', 'doc').start('Read the changes').end('completed');
  const alone = new Story('alone', 'assistant').start('שלום 🌳 مرحبا explain the diff').end('completed');
  const variant = { ...coder.events[1], payload: { reasoning: 'Rewritten by a restart.' } };
  return [...all([orchestrator, coder, tester, reviewer, docs, docsChild, alone]), variant];
}

/** A chain of `levels` sessions: `chain-0` above `chain-1` … */
export function chain(levels) {
  const link = (level) =>
    new Story(`chain-${level}`, 'link', level === 0 ? null : `chain-${level - 1}`).start(`Level ${level}`);
  return all(Array.from({ length: levels }, (_, level) => link(level)));
}

/** A root with `count` children, no two neighbours of a kind, so that each is a row of its own. */
export function fan(count) {
  const child = (number) => new Story(`shard-${number}`, ['shard', 'slice'][number % 2], 'fan').start(`Shard ${number}`).end('completed');
  return all([new Story('fan', 'fan-out').start('Index all shards'), ...Array.from({ length: count }, (_, n) => child(n))]);
}

export const orphans = () =>
  all(['one', 'two', 'three'].map((name) =>
    new Story(`orphan-${name}`, 'summariser', `unseen-${name}`).start(`Summarise ${name}`)));

/** Parents in a circle, and a session that is its own parent. */
export function cycles() {
  const ring = ['a', 'b', 'c'];
  const links = ring.map((name, at) =>
    new Story(`ring-${name}`, 'worker', `ring-${ring[(at + 1) % ring.length]}`).start(`Ring ${name}`));
  return all([...links, new Story('self', 'worker', 'self').start('My own parent')]);
}

/** Ids that are hard on URLs. */
export const AWKWARD_IDS = [
  'a/b', 'a//b', '/', 'urn:x.y/1', 'agent:main:subagent:1', 'a%2Fb', '%', '%zz', 'a b', ' lead', '?q=1', '#frag', '&a=b',
  '..', '.', '../..', '...', 'a\\b', "it's", '"quoted"', '<b>', '🌳', '👩‍👩‍👧', 'שלום', 'مرحبا', 'é', 'e\u0301', '+', ';', '@', '~', 'x'.repeat(256),
];

export const awkward = () => all(AWKWARD_IDS.map((id) => new Story(id, 'awkward').start('Reachable?').end('completed')));

/** What an attacker writes. Each executes somewhere if it is not escaped. */
export const ATTACKS = [
  '<script>owned()</script>',
  '<img src=x onerror=owned()>',
  '<svg onload=owned()>',
  '"><script>owned()</script>',
  "'><script>owned()</script>",
  '" onmouseover="owned()" x="',
  "' onfocus='owned()' autofocus='",
  '</title><script>owned()</script>',
  '</style><script>owned()</script>',
  '</pre></code></textarea><script>owned()</script>',
  '</ul></li></main><h1>owned</h1>',
  '<a href="javascript:owned()">x</a>',
  'javascript:owned()',
  'data:text/html,<script>owned()</script>',
  '<iframe srcdoc="<script>owned()</script>">',
  '<iframe src="https://evil.example/">',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<img src=https://evil.example/pixel.gif>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<base href=https://evil.example/>',
  '<form action=https://evil.example/><button>x</button></form>',
  '<!--><script>owned()</script>-->',
  '<![CDATA[<script>owned()</script>]]>',
  '{{constructor.constructor("owned()")()}}',
  '${owned()}',
  '&lt;script&gt;owned()&lt;/script&gt;',
  '\u202e<script>owned()</script>\u202c',
  '<scr\u0000ipt>owned()</scr\u0000ipt>',
];

/** Every attack in every text field of every type of event. */
export const hostile = () => all(ATTACKS.map((attack, number) => story(attack, number)));

function story(attack, number) {
  // Ids and types hold no control characters, or the event is refused.
  const printable = attack.replaceAll('\u0000', '');
  const id = `${printable} ${number}`;
  const extra = { agent_version: attack, [attack]: attack, vendor: { [attack]: [attack] } };
  const teller = new Story(id, printable, null, extra).start(attack, { model: attack, metadata: { [attack]: attack } });
  teller.tell('session.heartbeat', { status: 'waiting', current_goal: attack, step: 3 });
  teller.tell('cognition.thought', { reasoning: attack, next_intent: attack, confidence: 'low' });
  teller.tell('cognition.goal', { goal: attack, parent_goal: attack });
  teller.tell('cognition.decision', { chosen: attack, alternatives: [attack], reasoning: attack });
  teller.tell('cognition.uncertainty', { description: attack });
  teller.call(attack, { command: attack }, { success: false, error: attack, output: attack });
  teller.call(attack, attack);
  teller.tell('operation.agent_spawn', { child_session_id: `${id} child`, child_agent_id: printable, goal: attack, reason: attack });
  teller.tell('operation.memory', { action: attack, key: attack, summary: attack });
  teller.tell('operation.external_call', { service: attack, method: attack, endpoint: attack, status: attack });
  teller.tell(printable, { [attack]: attack });
  return number % 2 === 0 ? teller.end('failed', { error: attack, outcome_summary: attack }) : teller;
}
