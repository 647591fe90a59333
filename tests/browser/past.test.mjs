// Looking back: a session's pages as they were right behind an event.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, assertFits, focused, launch, open, rowOf } from './lib/browser.mjs';
import { Story, groups } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  // Each event has a commit of its own, as in life.
  for (const event of groups()) await collector.post([event]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

const bar = (page) => page.getByRole('region', { name: 'Looking back' });
const at = (page) => Number(new URL(page.url()).searchParams.get('at'));

test('one walks through a tree step by step without scripts, and back to now', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/s/orch?k=all');
  await page.locator('.asof a').click();
  const head = at(page);
  assert.match(await bar(page).innerText(), new RegExp(`As of #${head} `));
  await bar(page).getByRole('link', { name: 'First event of this tree' }).click();
  assert.equal(at(page), 1);
  assert.equal(await page.locator('.side li.n').count(), 1);
  await assertFits(page);
  const seen = [];
  for (;;) {
    seen.push(at(page));
    const next = bar(page).getByRole('link', { name: 'Next event of this tree' });
    if ((await next.getAttribute('aria-disabled')) === 'true') break;
    await next.click();
  }
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
  assert.ok(20 < seen.length, `${seen}`);
  // The other group's events are no steps of this tree.
  assert.ok(seen.length < head);
  assert.ok(1 < (await page.locator('.side li.n').count()));
  await bar(page).getByRole('link', { name: 'Previous event of this tree' }).click();
  assert.equal(at(page), seen.at(-2));
  await bar(page).getByRole('link', { name: 'go live' }).click();
  assert.equal(new URL(page.url()).search, '');
  assert.equal(await bar(page).count(), 0);
  assertCalm(page);
  await page.context().close();
});

test('the moment goes along to every page of the tree', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/s/coder-1');
  const event = page.locator('.ev', { hasText: 'cargo test -p ledger' });
  await event.locator('.say .l').click();
  await page.getByRole('link', { name: 'As of here' }).click();
  const moment = at(page);
  assert.ok(0 < moment);
  for (const name of ['Timeline', 'Subtree', 'Feed']) {
    await page.getByRole('navigation', { name: 'Pages of this session' }).getByRole('link', { name }).click();
    assert.equal(at(page), moment, name);
    assert.doesNotMatch(await page.locator('main').innerText(), /3 tests failed/);
  }
  await page.locator('.crumbs a').first().click();
  assert.equal(at(page), moment);
  assert.match(page.url(), /\/s\/orch\?/);
  assertCalm(page);
  await page.context().close();
});

test('a number leads to its event, and a wrong one is explained', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/s/coder-1?k=act&at=12');
  await page.getByRole('spinbutton', { name: 'Event' }).fill('9');
  await page.getByRole('button', { name: 'Show' }).click();
  assert.equal(at(page), 9);
  assert.match(page.url(), /k=act/);
  for (const [wrong, said] of [['1000000', 'This has not happened yet'], ['1', 'The session had not begun'], ['soon', 'No event has this number']]) {
    const answer = await page.goto(`/s/coder-1?at=${wrong}`);
    assert.ok([400, 404].includes(answer.status()), wrong);
    assert.equal(await page.locator('h1').innerText(), said);
  }
  await page.getByRole('link', { name: 'To the session as it is now' }).click();
  assert.equal(new URL(page.url()).pathname, '/s/coder-1');
  await page.context().close();
});

test('the slider shows the event that it is let go at', async () => {
  const page = await open(browser, collector.origin);
  await page.goto('/s/orch?at=9');
  await assertAccessible(page);
  const slider = page.getByRole('slider', { name: 'Event' });
  await slider.focus();
  await slider.press('ArrowRight');
  assert.equal(await page.getByRole('spinbutton', { name: 'Event' }).inputValue(), '10');
  assert.equal(at(page), 9);
  await slider.press('Enter');
  await page.waitForURL(/at=10\b/);
  const box = await page.getByRole('slider', { name: 'Event' }).boundingBox();
  await page.mouse.click(box.x + box.width - 4, box.y + box.height / 2);
  await page.waitForURL((url) => 15 < Number(url.searchParams.get('at')));
  assertCalm(page);
  await page.context().close();
});

test('what came later does not show through', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await collector.post(new Story('late-1', 'latecomer', 'orch').start('Came much later').events);
  await page.goto('/s/orch?at=9');
  assert.doesNotMatch(await page.locator('body').innerText(), /latecomer/);
  await page.goto('/?at=9');
  assert.match(await page.getByRole('complementary', { name: 'Notice' }).innerText(), /as they are now/);
  await page.context().close();
});

test('AC-34: branches and problems of a moment are those of that moment', async () => {
  const page = await open(browser, collector.origin);
  const steps = groups();
  // Right behind the failure of the tester, before the reviewer waits.
  const moment = 1 + steps.findIndex((event) => event.session_id === 'tester-1' && event.type === 'session.ended');
  await page.goto(`/s/orch/tree?open=&at=${moment}`);
  assert.equal(await page.locator('li.n').count(), 1);
  const asked = page.waitForRequest((request) => request.url().includes('/f/children'));
  await page.locator('li.n').first().focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(new URL((await asked).url()).searchParams.get('at'), String(moment));
  await rowOf(page, 'coder-1').waitFor();
  assert.equal(await page.locator('li.n').count(), 2);
  assert.equal(at(page), moment);
  // The way to what is not on the page yet.
  await page.keyboard.press('F8');
  await page.waitForFunction(() => document.activeElement.matches('li.n li.n'));
  assert.equal(await focused(page), 'coder-1');
  await page.keyboard.press('F8');
  await rowOf(page, 'tester-1').waitFor();
  assert.equal(await focused(page), 'tester-1');
  for (const link of await page.locator('.tree a').evaluateAll((links) => links.map((one) => one.getAttribute('href')))) {
    assert.match(link, new RegExp(`[?&]at=${moment}\\b`), link);
  }
  await page.goto(`/s/orch/tree?open=&at=${moment - 1}`);
  await page.locator('li.n').first().focus();
  await page.keyboard.press('*');
  await page.keyboard.press('F8');
  await page.waitForFunction(() => document.activeElement.matches('li.n li.n'));
  assert.equal(await focused(page), 'coder-1');
  await page.keyboard.press('F8');
  await page.waitForFunction(() => /No further problem/.test(document.getElementById('live-status').textContent));
  assertCalm(page);
  await page.context().close();
});
