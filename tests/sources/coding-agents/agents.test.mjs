// Claude Code and Codex, really running, with a made-up model behind them: what `banyan connect`
// writes into their settings makes them post their hooks, what Claude Code exports by OpenTelemetry
// is taken as well, and the tree is right.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Collector, binary } from '../../browser/lib/collector.mjs';
import { startModel } from './model.mjs';

const RUN_MAX_MS = 120_000;
const PACKAGES = join(import.meta.dirname, 'node_modules');
const CLAUDE = join(PACKAGES, '@anthropic-ai/claude-code/cli-wrapper.cjs');
const CODEX = join(PACKAGES, '@openai/codex/bin/codex.js');

const run = promisify(execFile);
let collector, model, home;

before(async () => {
  [collector, model, home] = await Promise.all([Collector.start(), startModel(), mkdtemp(join(tmpdir(), 'banyan-agents-'))]);
  await Promise.all(['project', '.codex'].map((name) => mkdir(join(home, name))));
  await writeFile(join(home, '.codex/config.toml'), [
    'model = "made-up"', 'model_provider = "model"', '[model_providers.model]', 'name = "model"',
    `base_url = "${model.origin}/v1"`, 'wire_api = "responses"', 'env_key = "MODEL_KEY"', '[features]', 'multi_agent = true',
    'hooks = true', '',
  ].join('\n'));
});

after(async () => {
  await Promise.all([collector?.stop(), model?.close()]);
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a program for whoever lives in the new home, in their project, with nothing of this machine's settings. */
function there(program, words, env = {}) {
  const own = { HOME: home, PATH: process.env.PATH, ...env };
  const running = run(program, words, { cwd: join(home, 'project'), env: own, timeout: RUN_MAX_MS });
  running.child.stdin.end();
  return running;
}

const connect = (agent) => there(binary('banyan'), ['connect', agent, '--write', '--url', collector.origin]);

/** What of a tree does not depend on the run. */
function told({ session, children }) {
  const { agent_id: agent, status, goal, final_response: final, own } = session;
  return { agent, status, goal, final, calls: own.tool_calls, errors: own.errors, children: children.map(told) };
}

/** The tree of the only root by `agent` that is not one of `others`, when all of it has ended. */
async function treeOf(agent, others = []) {
  for (const late = Date.now() + RUN_MAX_MS; ;) {
    const { sessions } = await (await fetch(`${collector.origin}/sessions?limit=100`)).json();
    const root = sessions.find(({ agent_id, depth, id }) => agent_id === agent && depth === 0 && !others.includes(id));
    if (root?.status === 'completed' && root.subtree.running === 0) {
      return (await fetch(`${collector.origin}/sessions/${root.id}/tree`)).json();
    }
    assert.ok(Date.now() < late, `it never ended: ${JSON.stringify(root)}`);
    await new Promise((passed) => setTimeout(passed, 100));
  }
}

/** Says why not, where the agent cannot be installed. */
const needs = (path) => ({ skip: existsSync(path) ? false : 'its package is not installed', timeout: 2 * RUN_MAX_MS });

const OF_CLAUDE = {
  agent: 'claude-code', status: 'completed', goal: 'LEAD: share the work', final: 'All is done.', calls: 2, errors: 1,
  children: [{
    agent: 'general-purpose', status: 'completed', goal: 'Run one command', final: 'The worker is done.', calls: 1, errors: 0,
    children: [],
  }],
};
const hooked = [];

const claude = (env = {}) =>
  there(process.execPath, [CLAUDE, '-p', 'LEAD: share the work', '--dangerously-skip-permissions'], {
    ANTHROPIC_BASE_URL: model.origin, ANTHROPIC_API_KEY: 'none', IS_SANDBOX: '1', DISABLE_AUTOUPDATER: '1', ...env,
  });

/** What makes it export everything that it can. */
const telemetry = () => ({
  CLAUDE_CODE_ENABLE_TELEMETRY: '1', CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1', OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin, OTEL_LOG_USER_PROMPTS: '1',
});

/** How many events of each type that hooks tell are in a tree. */
async function kinds({ session, children }) {
  const { events } = await (await fetch(`${collector.origin}/sessions/${encodeURIComponent(session.id)}`)).json();
  const told = /^(session[.]|operation[.](tool|agent)|cognition[.]goal)/;
  const own = events.map(({ type }) => type).filter((type) => told.test(type));
  return [...own, ...(await Promise.all(children.map(kinds))).flat()].sort();
}

test('claude_code_posts_its_hooks_and_its_tree_is_right', needs(CLAUDE), async () => {
  await connect('claude-code');
  await claude({ DISABLE_TELEMETRY: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' });
  const tree = await treeOf('claude-code');
  assert.deepEqual(told(tree), OF_CLAUDE);
  hooked.push(tree.session.id);
});

test('claude_code_does_both_and_nothing_is_told_twice', needs(CLAUDE), async () => {
  await claude(telemetry());
  const [first] = hooked;
  const tree = await treeOf('claude-code', hooked);
  assert.deepEqual(told(tree), OF_CLAUDE);
  const alone = await (await fetch(`${collector.origin}/sessions/${first}/tree`)).json();
  assert.deepEqual(await kinds(tree), await kinds(alone));
  assert.ok(0 < tree.session.own.tokens && 0 < tree.session.own.cost_usd, JSON.stringify(tree.session.own));
  hooked.push(tree.session.id);
});

test('claude_code_exports_its_telemetry_and_its_tree_is_right', needs(CLAUDE), async () => {
  await there(binary('banyan'), ['disconnect', 'claude-code', '--write']);
  await claude(telemetry());
  const tree = await treeOf('claude-code', hooked);
  const [worker] = OF_CLAUDE.children;
  // Telemetry says what people asked for; not what an agent asked its sub-agents, nor what came out.
  const silent = { ...OF_CLAUDE, final: null, children: [{ ...worker, goal: null, final: null }] };
  assert.deepEqual(told(tree), silent);
  assert.ok(0 < tree.session.own.tokens && 0 < tree.session.own.cost_usd, JSON.stringify(tree.session.own));
});

test('codex_posts_its_hooks_and_its_tree_is_right', needs(CODEX), async () => {
  await connect('codex');
  const words = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '--dangerously-bypass-hook-trust'];
  await there(process.execPath, [CODEX, ...words, 'LEAD: share the work'], { MODEL_KEY: 'none' });
  const { children: [worker], ...lead } = told(await treeOf('codex'));
  assert.deepEqual({ ...lead, errors: null }, {
    agent: 'codex', status: 'completed', goal: 'LEAD: share the work', final: 'All is done.', calls: 3, errors: null,
  });
  const { status, goal, final, calls } = worker;
  assert.deepEqual({ status, goal, final, calls }, {
    status: 'completed', goal: 'Run one command', final: 'The worker is done.', calls: 1,
  });
});
