// The stream behind live pages: cut off, hidden, crowded, slow.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { launch, open } from './lib/browser.mjs';
import { Story } from './lib/data.mjs';
import { PATIENCE, Thinker, eventually, follow, gauge, hide, isLive, positions, send, shown, until } from './lib/live.mjs';

const STREAMS_MAX = 4;
const PAGES = 8;
const SLOWER = 20;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

const followers = () => gauge(collector, 'banyan_live_subscribers');

/** What a row of a tree says, without how long ago that was. */
const says = (page, id) =>
  page.locator(`#${id} > .r`).evaluate((row) => [...row.children].filter((part) => !part.matches('time')).map((part) => part.textContent));

test('AC-16: a server that is killed and comes back has lost nothing on open pages', async (t) => {
  const thinker = new Thinker('killed');
  await collector.post(thinker.next(10));
  const page = await open(browser, collector.origin);
  const asked = [];
  page.on('request', async (request) => {
    if (request.url().includes('/live?')) asked.push({ url: new URL(request.url()), headers: await request.allHeaders() });
  });
  await follow(page, '/s/killed');
  const cursor = Number(asked[0].url.searchParams.get('after'));
  for (let n = 0; n < 10; n += 1) await send(collector, thinker.next(25));
  await until(page, () => document.querySelectorAll('#feed > li.ev').length > 100);
  const began = Date.now();
  await collector.crash();
  for (let n = 0; n < 10; n += 1) await send(collector, thinker.next(25));
  await collector.post(thinker.end('completed'));
  await until(page, () => document.querySelector('#feed > li:last-child').textContent.includes('ended'));
  t.diagnostic(`killed → the last event is there: ${Date.now() - began} ms`);
  const all = await positions(collector, 'killed');
  assert.equal(all.length, 512);
  assert.deepEqual(await shown(page), all);
  const back = asked.at(-1);
  const from = Math.max(Number(back.url.searchParams.get('after')), Number(back.headers['last-event-id'] ?? 0));
  assert.ok(cursor < from, `came back with ${from}, began with ${cursor}`);
  await until(page, () => document.querySelector('.side .here .l.ok')?.textContent.startsWith('completed'));
  await until(page, () => document.getElementById('h-mark').textContent === 'completed');
  const fresh = await open(browser, collector.origin);
  await follow(fresh, '/s/killed');
  const id = await page.locator('.side li.n').first().getAttribute('id');
  assert.deepEqual(await says(page, id), await says(fresh, id));
  const figures = (of) => of.locator('.figs').innerText();
  assert.equal(await figures(page), await figures(fresh));
});

test('events that there was no room for are a gap that can be filled', async () => {
  const thinker = new Thinker('gap');
  await collector.post(thinker.next(10));
  const page = await open(browser, collector.origin);
  await follow(page, '/s/gap');
  await page.locator('#pill').click();
  await collector.post(thinker.next(1_200));
  await until(page, () => /^Paused, [1-9]/.test(document.getElementById('pill').textContent));
  await page.locator('#pill').click();
  const gap = page.locator('#feed > .away');
  await gap.waitFor(PATIENCE);
  assert.match(await gap.innerText(), /^700 events skipped – load$/);
  assert.deepEqual((await shown(page)).slice(-500), (await positions(collector, 'gap')).slice(-500));
  for (const left of [/^200 events skipped/, null]) {
    await gap.locator('a').click();
    if (left) await until(page, () => document.querySelector('#feed > .away')?.textContent.startsWith('200'));
    else await gap.waitFor({ state: 'detached', ...PATIENCE });
  }
  assert.deepEqual(await shown(page), await positions(collector, 'gap'));
});

test('AC-31: a forest that nobody leaves stays small and shows the newest', async () => {
  const page = await open(browser, collector.origin);
  await follow(page, '/');
  for (let from = 0; from < 450; from += 30) {
    const groups = Array.from({ length: 30 }, (_, no) => new Thinker(`crowd-${from + no}`, `crowd ${from + no}.`).next(1));
    await send(collector, groups.flat());
    await until(page, (last) => document.querySelector('[data-tree] > li')?.textContent.includes(last), `crowd ${from + 29}.`);
  }
  assert.ok((await page.locator('[data-tree] > li').count()) <= 400);
});

test('AC-19: a hidden page lets go of its stream and catches up when it is shown', async () => {
  const thinker = new Thinker('hidden');
  await collector.post(thinker.next(3));
  const page = await open(browser, collector.origin);
  await follow(page, '/s/hidden');
  await eventually(async () => (await followers()) === 1, 'one follower');
  const began = Date.now();
  await hide(page, true);
  await eventually(async () => (await followers()) === 0, 'no follower');
  assert.ok(9_000 < Date.now() - began, 'it waits a while: people come back');
  await send(collector, thinker.next(20));
  await hide(page, false);
  await isLive(page);
  await until(page, () => document.querySelectorAll('#feed > li.ev').length === 24);
  assert.deepEqual(await shown(page), await positions(collector, 'hidden'));
});

test('AC-19: eight pages share four streams, and all of them follow', async (t) => {
  await eventually(async () => (await followers()) === 0, 'no follower');
  const context = await browser.newContext({ baseURL: collector.origin });
  const pages = [];
  const took = [];
  for (let n = 0; n < PAGES; n += 1) {
    const page = await context.newPage();
    const began = Date.now();
    await page.goto('/s/hidden');
    took.push(Date.now() - began);
    await isLive(page);
    pages.push(page);
    assert.ok((await followers()) <= STREAMS_MAX);
  }
  t.diagnostic(`loaded in ${took.join(', ')} ms`);
  assert.equal(await followers(), STREAMS_MAX);
  await collector.post([{ ...new Story('hidden').start('').events[0], sequence: 99, type: 'cognition.thought', payload: { reasoning: 'Seen by all.' } }]);
  await Promise.all(pages.map((page) => until(page, () => document.querySelector('#feed > li:last-child').textContent.includes('Seen by all.'))));
});

test('AC-21: a slow page is told to refresh everything, and ends as a new one', async () => {
  const root = new Story('slow', 'slow-root').start('Many children');
  const children = Array.from({ length: 700 }, (_, n) => new Story(`slow-${n}`, 'slow-child', 'slow').start(`Child ${n}`));
  await collector.post([...root.events, ...children.flatMap((child) => child.events)]);
  const page = await open(browser, collector.origin);
  const told = new Set();
  const devtools = await page.context().newCDPSession(page);
  devtools.on('Network.eventSourceMessageReceived', ({ eventName }) => told.add(eventName));
  await devtools.send('Network.enable');
  await follow(page, '/');
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const ends = children.map((child) => child.end('completed').events.at(-1));
  await send(collector, ends);
  await collector.post(root.end('completed').events.slice(-1));
  await until(page, () => [...document.querySelectorAll('li.n')].some((item) => /completed[\s\S]*slow-root/.test(item.querySelector('.l').textContent)));
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  assert.ok(told.has('all'), [...told].join());
  const fresh = await open(browser, collector.origin);
  await follow(fresh, '/');
  for (const id of await page.locator('li.n[data-v]').evaluateAll((items) => items.map((item) => item.id))) {
    if ((await fresh.locator(`#${id}`).count()) === 0) continue;
    const want = await says(fresh, id);
    await until(page, ([id, want]) => [...document.querySelectorAll(`#${id} > .r > :not(time)`)].map((part) => part.textContent).join('|') === want, [id, want.join('|')]);
  }
});
