// Prints what pages weigh and how long they take, as tables of Markdown:
//
//   node budgets.mjs [--sessions 100,10000,100000] [--requests 200]
//
// BANYAN_BIN and BANYAN_GEN name release builds; see docs/benchmarks.md. Budgets are printed
// beside what was measured; nothing is judged here, machines differ.

import { parseArgs } from 'node:util';
import { Collector } from './lib/collector.mjs';
import { launch, open } from './lib/browser.mjs';
import { ask, calm, percentile, visit, watch, weigh } from './lib/weight.mjs';

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '100,10000,100000' },
    requests: { type: 'string', default: '200' },
  },
});
const sets = options.sessions.split(',').map(Number);
const requests = Number(options.requests);
const OPENS = 50;
const EVENTS = 100;
const VISIBLE_MAX_MS = 10_000;
const SLOWER = 4;
/** What the design allows until the first byte, p50 / p95 in ms, by request and sessions. AC-30 */
const FIRST_BYTE = {
  '/': { 100: '2 / 6', 10000: '4 / 12', 100000: '8 / 25' },
  '/ filtered': { 100: '3 / 8', 10000: '10 / 30', 100000: '30 / 90' },
  '/search, a word': { 100: '5 / 15', 10000: '30 / 90', 100000: '90 / 300' },
  '/f/children, 200': { 100: '1 / 4', 10000: '2 / 6', 100000: '3 / 10' },
  '/s/{id}, wide': { 100: '3 / 8', 10000: '5 / 15', 100000: '8 / 25' },
  '/s/{id}/timeline, wide': { 10000: '20 / 60', 100000: '20 / 60' },
};

const weights = [['sessions', 'page', 'raw, kB (budget 110)', 'gzip, kB (budget 20)', 'elements (budget 2,400)']];
const waits = [['sessions', 'page', 'first byte p50, ms', 'p95, ms', 'budget, p50 / p95']];
const views = [['sessions', 'figure', 'measured', 'budget']];

const browser = await launch();
for (const sessions of sets) {
  const collector = await Collector.start();
  try {
    process.stderr.write(`${sessions} sessions: ${await collector.generate(sessions)}\n`);
    for (const [name, path] of Object.entries(await pages(collector.origin))) {
      const { raw, gzip, elements } = await weigh(collector.origin, path);
      weights.push([sessions, name, kB(raw), kB(gzip), elements]);
      waits.push([sessions, name, ...(await firstByte(collector.origin, path)), FIRST_BYTE[name]?.[sessions] ?? '–']);
    }
    await look(collector, sessions);
  } finally {
    await collector.stop();
  }
}
await browser.close();
for (const table of [weights, waits, views]) print(table);

/** What is measured, by name. */
async function pages(origin) {
  const tree = (await ask(origin, '/s/wide/tree')).body.toString();
  const wide = /<li class="n[^"]*" id="n-([0-9a-z]+)"/.exec(tree)[1];
  const filtered = `/?q=${encodeURIComponent('status:failed agent:coder')}`;
  // Where the forest has no filter yet, there is nothing to measure.
  const [all, some] = [await ask(origin, '/'), await ask(origin, filtered)];
  return {
    '/': '/',
    ...(some.bytes === all.bytes ? {} : { '/ filtered': filtered }),
    '/f/children, 200': `/f/children?rows=${wide}`,
    '/s/{id}, wide': '/s/wide',
    '/s/{id}, leaf': '/s/wide-7',
    '/s/{id}/tree, wide': '/s/wide/tree',
    '/s/{id}/timeline, wide': '/s/wide/timeline',
    '/s/{id}/timeline, chain': '/s/chain-0/timeline',
    '/search, a word': '/search?q=needle',
    '/alerts': '/alerts',
  };
}

async function firstByte(origin, path) {
  for (let warm = 0; warm < 5; warm += 1) await ask(origin, path);
  const times = [];
  for (let at = 0; at < requests; at += 1) times.push((await ask(origin, path)).firstByteMs);
  return [percentile(times, 0.5), percentile(times, 0.95)].map((ms) => ms.toFixed(1));
}

/** What a browser sees of it. */
async function look(collector, sessions) {
  const row = (figure, measured, budget) => views.push([sessions, figure, measured, budget]);
  const page = await open(browser, collector.origin);
  const first = await visit(page, '/');
  row('first visit, bytes', `${kB(first.bytes)} kB`, '≤ 45 kB');
  row('own scripts', `${kB(first.scripts)} kB`, '≤ 8 kB');
  row('style sheets', `${kB(first.styles)} kB`, '≤ 10.1 kB');
  row('requests', first.requests, '≤ 6');
  row('requests to others', first.foreign, '0');
  row('first contentful paint', `${(await firstPaint(page)).toFixed(0)} ms`, '–');
  row('open a node, click to rows, p95', await opening(page), '≤ 100 ms');
  row('acknowledged to visible by GET, p95', await visible(collector.origin), '≤ 100 ms (p99)');
  row('acknowledged to seen in an open page, p95', await seen(collector, page), '≤ 700 ms');
  for (const path of ['/', '/s/wide', '/s/wide/timeline']) {
    const { painted, blocked, shift } = await throttled(collector.origin, path);
    const at = `${SLOWER}x slower: ${path}`;
    row(`${at}, largest contentful paint`, `${painted.toFixed(0)} ms`, '≤ 300 ms');
    row(`${at}, total blocking time`, `${blocked.toFixed(0)} ms`, '≤ 50 ms');
    row(`${at}, layout shift`, shift.toFixed(4), '≤ 0.02');
  }
  row('missteps (CSP, errors, foreign requests)', page.missteps.length, '0');
  await page.context().close();
}

async function firstPaint(page) {
  const times = [];
  for (let at = 0; at < 10; at += 1) {
    await page.reload({ waitUntil: 'load' });
    await page.waitForFunction(() => 0 < performance.getEntriesByName('first-contentful-paint').length);
    times.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime));
  }
  return percentile(times, 0.5);
}

/** How a page comes to rest on a processor that is slower. AC-29 */
async function throttled(origin, path) {
  const page = await open(browser, origin);
  await watch(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.goto(path, { waitUntil: 'load' });
  const found = await calm(page);
  await page.context().close();
  return found;
}

/** From the click on a closed node until its first row is there, by the page's own clock. */
async function opening(page) {
  await page.goto('/?open=');
  const times = [];
  for (let at = 0; at < OPENS; at += 1) {
    const took = page.evaluate((max) => new Promise((opened) => {
      const toggle = document.querySelector('li.n > .r > a.w:not(.open)');
      if (!toggle) return opened(null);
      const node = toggle.closest('li.n');
      const begun = performance.now();
      const look = () => {
        const passed = performance.now() - begun;
        if (node.querySelector(':scope > ul > li.n') || max < passed) opened(passed);
        else requestAnimationFrame(look);
      };
      toggle.click();
      look();
    }), VISIBLE_MAX_MS);
    const ms = await took.catch(() => undefined);
    if (ms === undefined) return 'it loads another page';
    if (ms === null) break;
    times.push(ms);
  }
  return times.length === 0 ? 'nothing was closed' : `${percentile(times, 0.95).toFixed(0)} ms of ${times.length}`;
}

/** From the acknowledgement of an event until an answer holds it. */
async function visible(origin) {
  const times = [];
  for (let sequence = 1; sequence <= EVENTS; sequence += 1) {
    await post(origin, 'visible', sequence);
    const begun = performance.now();
    for (;;) {
      const { session } = await (await fetch(`${origin}/sessions/visible`)).json();
      if (session?.own.events === sequence) break;
      if (VISIBLE_MAX_MS < performance.now() - begun) return 'not in time';
    }
    times.push(performance.now() - begun);
  }
  return `${percentile(times, 0.95).toFixed(1)} ms`;
}

/** From the acknowledgement of an event until the row of its session has changed by itself. */
async function seen(collector, page) {
  await page.goto('/');
  const row = page.locator('li.n:has(> .r > .l[href="/s/visible"])');
  if ((await row.count()) === 0) return 'its row is not on the page';
  const id = await row.first().getAttribute('id');
  const times = [];
  for (let at = 1; at <= 20; at += 1) {
    const before = await page.locator(`#${id}`).getAttribute('data-v');
    await post(collector.origin, 'visible', EVENTS + at);
    const begun = performance.now();
    const changed = page.waitForFunction(
      ([id, before]) => document.getElementById(id)?.dataset.v !== before, [id, before], { timeout: VISIBLE_MAX_MS });
    if (!(await changed.then(() => true, () => false))) return 'the page did not change';
    times.push(performance.now() - begun);
  }
  return `${percentile(times, 0.95).toFixed(0)} ms`;
}

async function post(origin, id, sequence) {
  const event = {
    spec: 'aop/1.0', session_id: id, agent_id: 'watched', sequence, timestamp: new Date().toISOString(),
    type: 'cognition.thought', payload: { reasoning: `Thought ${sequence}` },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/events`, { method: 'POST', headers, body: JSON.stringify(event) });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
}

function kB(bytes) {
  return (bytes / 1_000).toFixed(1);
}

function print([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'), '\n');
}
