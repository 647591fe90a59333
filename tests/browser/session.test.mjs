// A session's page: its place in the tree, its feed, one event in full.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { PHONE, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { AWKWARD_IDS, Story, awkward, groups } from './lib/data.mjs';

const TARGET_MIN_PX = 44;

let collector, browser, page;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...groups(), ...awkward()]);
  page = await open(browser, collector.origin, { javaScriptEnabled: false });
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

const texts = (selector) => page.locator(selector).allInnerTexts();

test('the page says who it is, where it stands and what it did', async () => {
  await page.goto('/s/coder-1');
  assert.equal(await page.locator('h1').innerText(), 'coder');
  assert.deepEqual(await texts('.crumbs li bdi'), ['orchestrator', 'coder']);
  assert.equal(await page.locator('.side [aria-current=page]').count(), 1);
  assert.match(await page.locator('.side .here').innerText(), /coder/);
  assert.match(await page.locator('.figs tbody').innerText(), /own\s+1\s/);
  assert.match(await page.locator('.figs tbody').innerText(), /with 1 below\s+2\s/);
  assert.match(await page.locator('.panel.bad').innerText(), /3 tests failed/);
  await page.goto('/s/doc');
  assert.match(await page.getByRole('region', { name: 'Final response' }).innerText(), /31 changes\.\n\n- Ledger/);
  assertCalm(page);
});

test('tool calls are one row, heartbeats are folded, gaps are shown', async () => {
  await page.goto('/s/coder-1');
  const feed = await texts('.events > li');
  const calls = feed.filter((row) => row.includes('bash'));
  assert.equal(calls.length, 2);
  assert.match(calls[0], /7\.2 s.*bash.*cargo test -p ledger.*\bok\b.*exit 0/s);
  assert.match(calls[1], /failed.*exit status 101/s);
  assert.match(feed.find((row) => row.includes('read_file')), /no end/);
  assert.equal(feed.filter((row) => row.includes('heartbeat')).length, 1);
  assert.match(feed.find((row) => row.includes('heartbeat')), /× 12/);
  assert.equal(feed.filter((row) => /^#\d+–\d+ never arrived$/.test(row)).length, 1);
  assert.ok(feed.some((row) => row.includes('version 2')));
});

test('filters show what they say', async () => {
  const counts = {};
  for (const [name, word] of [['All', null], ['Thinks', 'thought'], ['Acts', 'bash'], ['Life', 'started'], ['Errors', 'failed']]) {
    await page.goto('/s/coder-1');
    const tab = page.getByRole('navigation', { name: 'Show events' }).getByRole('link', { name });
    await tab.click();
    const feed = await texts('.events > li.ev');
    counts[name] = feed.length;
    assert.equal((await tab.innerText()).replace(/\s+/g, ' '), `${name} ${feed.length}`);
    if (word) assert.ok(feed.some((row) => row.includes(word)), `${name}: ${feed}`);
  }
  assert.equal(counts.All, counts.Thinks + counts.Acts + counts.Life);
  assert.ok(0 < counts.Errors && counts.Errors < counts.All);
});

test('an event opens in the inspector, and its link is for ever', async () => {
  await page.goto('/s/coder-1?k=act');
  await page.locator('.ev.bad .say .l').click();
  assert.match(page.url(), /\/s\/coder-1\/e\/\d+\?k=act#e-\d+$/);
  const inspector = page.locator('aside.insp');
  assert.match(await inspector.innerText(), /operation\.tool_start/);
  assert.match(await inspector.locator('pre').first().innerText(), /"command": "cargo test -- rounding"/);
  assert.equal(await page.locator('.ev.here').count(), 1);
  const permalink = await inspector.locator('h2 a').getAttribute('href');
  await page.goto(permalink);
  assert.equal(await page.locator('.ev.here').getAttribute('aria-current'), 'true');
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  assert.notEqual(new URL(page.url()).pathname, permalink);
  await page.getByRole('link', { name: 'Previous', exact: true }).click();
  assert.equal(new URL(page.url()).pathname, permalink);
  await page.locator('.facts a', { hasText: '#' }).first().click();
  assert.match(await inspector.innerText(), /operation\.tool_end/);
  assert.equal(await page.locator('.ev.here').count(), 1);
  await page.getByRole('link', { name: 'Close', exact: true }).click();
  assert.equal(await inspector.count(), 0);
  assertCalm(page);
});

test('variants lead to each other', async () => {
  await page.goto('/s/coder-1');
  const row = page.locator('.ev', { hasText: 'version 2' });
  const href = await row.locator('.p').getAttribute('href');
  await row.locator('.l').first().click();
  assert.match(await page.locator('aside.insp pre').first().innerText(), /Rewritten by a restart/);
  await page.locator('.facts div', { hasText: 'other versions' }).locator('a').click();
  assert.match(await page.locator('aside.insp pre').first().innerText(), /every place that rounds/);
  assert.notEqual(new URL(page.url()).pathname, href);
});

test('the tree beside it stays as it is open', async () => {
  await page.goto('/s/review-1');
  const side = page.locator('.side');
  await side.getByRole('link', { name: 'Show 1 child of coder' }).click();
  assert.equal(new URL(page.url()).pathname, '/s/review-1');
  await side.getByRole('link', { name: /tester/ }).click();
  assert.equal(new URL(page.url()).pathname, '/s/tester-1');
  await side.getByRole('link', { name: /reviewer/ }).click();
  assert.equal(new URL(page.url()).pathname, '/s/review-1');
  assert.equal(await side.getByRole('link', { name: /tester/ }).count(), 1);
});

test('a long feed has pages that lead on and back', async () => {
  const story = new Story('long', 'talker').start('Say much');
  for (let number = 1; number <= 450; number += 1) story.tell('cognition.thought', { reasoning: `Thought ${number}.` });
  await collector.post(story.events);
  await page.goto('/s/long');
  const seen = new Set(await texts('.events .t'));
  assert.ok(seen.has('Thought 450.'));
  let pages = 1;
  for (; (await page.getByRole('link', { name: 'Older' }).count()) > 0; pages += 1) {
    await page.getByRole('link', { name: 'Older' }).click();
    for (const text of await texts('.events .t')) seen.add(text);
  }
  assert.equal(seen.size, 451);
  for (; (await page.getByRole('link', { name: 'Newer' }).count()) > 0; pages -= 1) {
    await page.getByRole('link', { name: 'Newer' }).click();
  }
  assert.equal(pages, 1);
  assert.ok((await texts('.events .t')).includes('Thought 450.'));
});

test('every accepted id is reachable by its link', async () => {
  const reachable = new Map();
  await page.goto('/?open=');
  for (;;) {
    for (const link of await page.locator('.tree .l').all()) {
      if ((await link.innerText()).includes('awkward')) reachable.set(await link.getAttribute('href'), true);
    }
    const older = page.getByRole('link', { name: 'Older' });
    if ((await older.count()) === 0) break;
    await older.click();
  }
  const found = [];
  for (const href of reachable.keys()) {
    await page.goto(href);
    await page.locator('.more summary').click();
    found.push(await page.locator('.facts div', { hasText: /^session/ }).locator('dd').evaluate((dd) => dd.textContent));
    await page.locator('.ev .l').first().click();
    assert.equal(await page.locator('aside.insp').count(), 1, href);
  }
  assert.deepEqual(found.sort(), [...AWKWARD_IDS].sort());
  assertCalm(page);
});

test('AC-38: what is not there says so and leads back', async () => {
  await fetch(`${collector.origin}/sessions/alone`, { method: 'DELETE' });
  const cases = [
    ['/s/nobody', 404, 'No session with this id'],
    ['/s/coder-1/e/999999', 404, 'No such event in this session'],
    ['/no/such/page', 404, 'There is no such page'],
    ['/s/alone', 410, 'This session was deleted'],
  ];
  for (const [path, status, heading] of cases) {
    const reader = await open(browser, collector.origin);
    const answer = await reader.goto(path);
    assert.equal(answer.status(), status, path);
    assert.equal(await reader.locator('h1').innerText(), heading);
    await assertAccessible(reader);
    await reader.locator('.button').click();
    assert.equal(await reader.locator('h1').count(), 1);
    assertCalm(reader);
    await reader.context().close();
  }
});

test('AC-38: an empty log says how to begin', async () => {
  const empty = await Collector.start();
  const reader = await open(browser, empty.origin);
  await reader.goto('/');
  assert.match(await reader.locator('main').innerText(), /No sessions yet/);
  const command = await reader.locator('pre').innerText();
  assert.match(command, /^curl http:\/\/\S+\/events /);
  await assertAccessible(reader);
  assertCalm(reader);
  const body = /-d '(.*)'$/s.exec(command.trim())[1];
  await empty.post([JSON.parse(body)]);
  await reader.reload();
  assert.match(await reader.locator('.tree').innerText(), /Say hello/);
  await reader.context().close();
  await empty.stop();
});

test('AC-40: a phone gets one column, big targets and the event on a page of its own', async () => {
  const phone = await open(browser, collector.origin, { viewport: PHONE, javaScriptEnabled: false, hasTouch: true, isMobile: true });
  for (const path of ['/', '/s/coder-1']) {
    await phone.goto(path);
    await assertFits(phone);
    const small = await phone.locator('a:visible, summary:visible').evaluateAll((targets, min) =>
      targets
        .map((target) => ({ target, box: target.getBoundingClientRect() }))
        .filter(({ target, box }) => !target.closest('.skip, p, dd') && (box.height < min - 0.5 || box.width < 24))
        .map(({ target, box }) => `${target.className} ${target.innerText} ${box.width}×${box.height}`), TARGET_MIN_PX);
    assert.deepEqual(small, [], path);
  }
  const tree = phone.locator('.side nav');
  assert.equal(await tree.isVisible(), false);
  await phone.locator('.side summary').click();
  assert.equal(await tree.isVisible(), true);
  await phone.locator('.ev .l').first().click();
  assert.equal(await phone.locator('aside.insp').isVisible(), true);
  assert.equal(await phone.locator('.feed').isVisible(), false);
  await assertFits(phone);
  assertCalm(phone);
  await phone.context().close();
});

test('AC-40: the pages fit into the bar of a phone, whatever the state of the stream', async () => {
  const phone = await open(browser, collector.origin, { viewport: PHONE });
  await phone.goto('/');
  await phone.waitForFunction(() => document.getElementById('pill').textContent === 'Live');
  for (const state of ['Live', 'Paused', 'Reconnecting, showing 10:42:07 PM']) {
    await phone.evaluate((state) => {
      document.getElementById('pill').textContent = state;
      document.getElementById('n-alerts').textContent = '99';
    }, state);
    const [needs, has] = await phone.locator('.bar nav').evaluate((nav) => [nav.scrollWidth, nav.clientWidth]);
    assert.ok(needs <= has, `${state}: ${needs} of ${has} px`);
    await assertFits(phone);
    const pill = await phone.locator('#pill').boundingBox();
    assert.ok(44 <= pill.width && pill.x + pill.width <= PHONE.width, `${state}: ${JSON.stringify(pill)}`);
  }
  await phone.context().close();
});

test('a payload is copied whole, however little of it is shown', async () => {
  const story = new Story('long-payload').start('Say much');
  const payload = { reasoning: 'x'.repeat(150_000), n: [1.50, { deep: '\u05e9 🌳 "quoted"\n' }] };
  story.tell('cognition.thought', payload);
  await collector.post(story.events);
  const page = await open(browser, collector.origin);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: collector.origin });
  await page.goto('/s/long-payload');
  await page.locator('.ev .say .l').last().click();
  const shown = await page.locator('aside.insp pre').first().innerText();
  assert.ok(shown.length < 100_000, `${shown.length} characters are shown`);
  await page.locator('aside.insp').getByRole('button', { name: 'Copy' }).first().click();
  await page.waitForFunction(() => document.getElementById('live-status').textContent === 'Copied');
  assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), payload);
  const text = await page.request.get(await page.getByRole('link', { name: 'As text' }).getAttribute('href'));
  assert.equal(text.headers()['content-type'], 'text/plain; charset=utf-8');
  assert.deepEqual(JSON.parse(await text.text()), payload);
  assertCalm(page);
  await page.context().close();
});
