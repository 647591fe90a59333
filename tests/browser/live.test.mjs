// Pages that follow: what changes is seen, and nothing else moves.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, launch, open } from './lib/browser.mjs';
import { Story, groups } from './lib/data.mjs';
import { Thinker, follow, positions, send, shown, until } from './lib/live.mjs';

const LOAD_MS = 10_000;
const TICK_MS = 250;
const EVENTS_PER_TICK = 25;
const FRAGMENTS_PER_SECOND_MAX = 4;
const SAID_MIN_MS = 10_000;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

const pinned = () => document.documentElement.scrollHeight - innerHeight - scrollY <= 48;

test('AC-14: an event changes its row and everything above it, and moves nothing', async (t) => {
  await collector.post(groups());
  const page = await open(browser, collector.origin, { viewport: { width: 1280, height: 300 } });
  await follow(page, '/');
  const root = page.locator('li.n', { hasText: 'orchestrator' }).first();
  const was = await root.locator('> .r').innerText();
  const before = await page.evaluate(() => {
    scrollTo(0, 120);
    const doc = [...document.querySelectorAll('li.n')].find((item) => item.innerText.includes('doc-writer'));
    const link = doc.querySelector('.l');
    (doc.tabIndex === 0 || doc.matches('[role=treeitem]') ? doc : link).focus({ preventScroll: true });
    getSelection().selectAllChildren(document.querySelector('h1'));
    return { focus: document.activeElement.id, scroll: scrollY, open: document.querySelectorAll('li.n ul').length };
  });
  const began = Date.now();
  const reviewer = new Story('review-1', 'reviewer', 'orch').start('again').end('failed', { error: 'no', total_tokens: 123_456 });
  await send(collector, reviewer.events.slice(1).map((event) => ({ ...event, sequence: 9 })));
  await until(page, ([id, was]) => document.querySelector(`#${id} > .r`).innerText !== was, [await root.getAttribute('id'), was]);
  t.diagnostic(`event sent → row changed: ${Date.now() - began} ms`);
  await until(page, () => [...document.querySelectorAll('.l')].some((row) => /failed[\s\S]*reviewer/.test(row.textContent)));
  const then = await page.evaluate(() => ({
    focus: document.activeElement.id, scroll: scrollY, open: document.querySelectorAll('li.n ul').length,
  }));
  assert.deepEqual(then, before);
  assert.equal(await page.evaluate(() => getSelection().toString()), 'Sessions');
  assertCalm(page);
  await page.context().close();
});

test('AC-15, AC-22: ten seconds of 100 events/s are few requests and few words', async (t) => {
  const thinkers = Array.from({ length: 40 }, (_, n) => new Thinker(`load-${n}`, 'loader', n % 8 === 0 ? null : `load-${n - (n % 8)}`));
  await collector.post(thinkers.flatMap((thinker) => thinker.next(1)));
  const page = await open(browser, collector.origin);
  const asked = [];
  page.on('request', (request) => { if (new URL(request.url()).pathname.startsWith('/f/')) asked.push(Date.now()); });
  await page.addInitScript(() => {
    window.tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  });
  await follow(page, '/');
  await page.evaluate(() => {
    tasks.length = 0;
    window.said = [];
    new MutationObserver(() => said.push(performance.now())).observe(document.getElementById('live-status'), { childList: true, characterData: true, subtree: true });
  });
  asked.length = 0;
  const began = Date.now();
  let sent = 0;
  while (Date.now() - began < LOAD_MS) {
    const events = Array.from({ length: EVENTS_PER_TICK }, (_, n) => thinkers[(sent * 7 + n) % thinkers.length].next(1)).flat();
    await send(collector, events);
    sent += 1;
    const next = began + sent * TICK_MS;
    await new Promise((done) => setTimeout(done, Math.max(0, next - Date.now())));
  }
  const seconds = (Date.now() - began) / 1_000;
  const requests = asked.length;
  t.diagnostic(`${sent * EVENTS_PER_TICK} events in ${seconds.toFixed(1)} s, ${requests} requests`);
  assert.ok(0 < requests && requests <= Math.ceil(seconds + 1) * FRAGMENTS_PER_SECOND_MAX, `${requests} in ${seconds} s`);
  // The page ends with what a new page shows.
  await collector.post(thinkers.flatMap((thinker) => thinker.end('completed')));
  await until(page, () => [...document.querySelectorAll('li.n[data-v]')].filter((item) => /loader/.test(item.querySelector('.l').textContent)).every((item) => item.querySelector('.l').matches('.ok')));
  const { tasks, said } = await page.evaluate(() => ({ tasks: window.tasks, said: window.said }));
  t.diagnostic(`longest task: ${Math.max(0, ...tasks)} ms`);
  for (let n = 1; n < said.length; n += 1) assert.ok(SAID_MIN_MS - 500 <= said[n] - said[n - 1], `said at ${said}`);
  await assertAccessible(page);
  assertCalm(page);
  await page.context().close();
});

test('AC-17: who reads above is left alone, who is at the end follows', async () => {
  const thinker = new Thinker('scroll');
  await collector.post(thinker.next(150));
  const page = await open(browser, collector.origin);
  await follow(page, '/s/scroll');
  await page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight);
    scrollBy(0, -500);
  });
  const scroll = await page.evaluate(() => scrollY);
  for (let n = 0; n < 4; n += 1) await send(collector, thinker.next(50));
  await until(page, () => document.getElementById('new').textContent === '200 new events');
  assert.equal(await page.evaluate(() => scrollY), scroll);
  await page.locator('#new').click();
  assert.ok(await page.evaluate(pinned));
  assert.equal(await page.locator('#new').isVisible(), false);
  await send(collector, thinker.next(10));
  await until(page, () => document.querySelector('#feed > li:last-child').textContent.includes('Thought 360.'));
  assert.ok(await page.evaluate(pinned));
  assert.deepEqual(await shown(page), await positions(collector, 'scroll'));
  assertCalm(page);
  await page.context().close();
});

test('AC-18: on pause nothing moves, afterwards everything is there', async () => {
  const thinker = new Thinker('pause');
  await collector.post(thinker.next(5));
  const page = await open(browser, collector.origin);
  await follow(page, '/s/pause');
  await page.locator('#pill').click();
  assert.equal(await page.locator('#pill').getAttribute('aria-pressed'), 'true');
  await page.evaluate(() => {
    window.changes = 0;
    const watch = new MutationObserver((list) => { window.changes += list.length; });
    for (const what of ['[data-tree]', '#feed']) watch.observe(document.querySelector(what), { childList: true, subtree: true, characterData: true });
  });
  await send(collector, thinker.next(30));
  await until(page, () => document.getElementById('pill').textContent === 'Paused, 30 waiting');
  await send(collector, thinker.next(20));
  await until(page, () => document.getElementById('pill').textContent === 'Paused, 50 waiting');
  assert.equal(await page.evaluate(() => window.changes), 0);
  await page.locator('#pill').click();
  await until(page, () => document.querySelectorAll('#feed > li.ev').length === 56);
  assert.deepEqual(await shown(page), await positions(collector, 'pause'));
  assertCalm(page);
  await page.context().close();
});

test('AC-20: a new group waits for who has scrolled, and comes in for who is at the top', async () => {
  const page = await open(browser, collector.origin, { viewport: { width: 1280, height: 260 } });
  await follow(page, '/');
  await page.evaluate(() => {
    scrollTo(0, 200);
    window.shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: 'layout-shift' });
  });
  const scroll = await page.evaluate(() => scrollY);
  await send(collector, new Thinker('new-group', 'newcomer').next(1));
  await until(page, () => document.getElementById('new').textContent === '1 new group');
  assert.equal(await page.evaluate(() => scrollY), scroll);
  assert.equal(await page.evaluate(() => window.shift), 0);
  assert.equal(await page.locator('.l', { hasText: 'newcomer' }).count(), 0);
  await page.locator('#new').click();
  await until(page, () => document.querySelector('[data-tree] > li').textContent.includes('newcomer'));
  assert.equal(await page.evaluate(() => scrollY), 0);
  await page.evaluate(() => document.activeElement.blur());
  await send(collector, new Thinker('newer-group', 'latest').next(1));
  await until(page, () => document.querySelector('[data-tree] > li').textContent.includes('latest'));
  assert.equal(await page.locator('#new').isVisible(), false);
  assertCalm(page);
  await page.context().close();
});

test('a late event stands where it belongs, a call ends in the row of its start', async () => {
  const story = new Story('late').start('Come late').call('bash', { command: 'ls' });
  await collector.post(story.events);
  const page = await open(browser, collector.origin);
  await follow(page, '/s/late');
  const thoughts = new Story('late').start('').tell('x').tell('cognition.thought', { reasoning: 'three' }).tell('cognition.thought', { reasoning: 'four' });
  const [, , three, four] = thoughts.events;
  await send(collector, [four]);
  await until(page, () => document.querySelectorAll('#feed > .gap').length === 1);
  await send(collector, [three]);
  await until(page, () => !document.querySelector('#feed > .gap') && document.querySelectorAll('#feed > li').length === 4);
  assert.deepEqual(await shown(page), await positions(collector, 'late'));
  const end = { ...three, sequence: 5, type: 'operation.tool_end', payload: { tool: 'bash', tool_call_id: 'call-1', success: true, output: 'done' } };
  await send(collector, [end]);
  await until(page, () => document.querySelectorAll('#feed > li')[1].textContent.includes('done'));
  assert.equal(await page.locator('#feed > li').count(), 4);
  assertCalm(page);
  await page.context().close();
});

test('the tabs of a feed count on', async () => {
  const counted = new Thinker('counted');
  await collector.post(counted.next(2));
  const page = await open(browser, collector.origin);
  await follow(page, '/s/counted');
  const counts = () => page.locator('.tabs .num').allTextContents();
  assert.deepEqual(await counts(), ['3', '2', '0', '1', '0']);
  await send(collector, [...counted.next(3), ...counted.end('completed')]);
  await until(page, () => document.querySelector('.tabs .num').textContent === '7');
  assert.deepEqual(await counts(), ['7', '5', '0', '2', '0']);
  assertCalm(page);
  await page.context().close();
});
