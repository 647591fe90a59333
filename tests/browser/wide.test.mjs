// Trees too deep and too wide to show whole.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { PHONE, assertCalm, assertFits, launch, open, openAll, rows } from './lib/browser.mjs';
import { Story, chain, fan } from './lib/data.mjs';

const ELEMENTS_MAX = 2_400;
const CHAIN = 60;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...chain(CHAIN), ...fan(500)]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('AC-11: a chain of sixty opens link by link and never scrolls sideways', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/?open=');
  const tree = 'li.g:has(> .r a[href="/s/chain-0"])';
  await openAll(page, tree);
  assert.equal(await page.locator(`${tree} li.n`).count(), CHAIN - 1);
  await assertFits(page);
  const deepest = page.locator('.r:has(> .l[href="/s/chain-59"])');
  assert.match(await deepest.innerText(), /L59/);
  await page.setViewportSize(PHONE);
  await assertFits(page);
  assertCalm(page);
  await page.context().close();
});

test('AC-11: a wide root shows a window and leads to the rest', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/');
  assert.ok((await page.locator('*').count()) <= ELEMENTS_MAX);
  const shards = () => rows(page).then((found) => found.filter((row) => row.href.startsWith('/s/shard-')));
  const follow = (name) => Promise.all([page.waitForEvent('load'), page.getByRole('link', { name }).click()]);
  await page.goto('/?open=');
  await follow('Show 500 children of fan-out');
  const seen = new Set((await shards()).map((row) => row.href));
  assert.equal(seen.size, 200);
  await follow('Show 200 of 300 more');
  for (const row of await shards()) seen.add(row.href);
  assert.equal(seen.size, 400);
  await follow('Show 100 more of 500');
  for (const row of await shards()) seen.add(row.href);
  assert.equal(seen.size, 500);
  await follow('Show 200 before these');
  assert.equal((await shards()).length, 200);
  await page.context().close();
});

test('AC-11: beside a full feed the tree of a session shows a window around it, and links to the rest', async () => {
  const boss = new Story('fan', 'fan-out').lose(1);
  for (let child = 0; child < 210; child += 1) {
    boss.tell('operation.agent_spawn', { child_session_id: `shard-${child}`, child_agent_id: 'shard', goal: `Shard ${child}`, reason: 'It is wide' });
  }
  const busy = new Story('shard-250', 'shard', 'fan').lose(2);
  for (let call = 0; call < 210; call += 1) busy.call('bash', { command: `run ${call}` }, { success: false, error: 'exit status 1' });
  await collector.post([...boss.events, ...busy.events]);
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  for (const [path, least] of [['/s/fan', 16], ['/s/shard-250', 8], ['/s/shard-7', 90]]) {
    await page.goto(path);
    const elements = await page.locator('*').count();
    assert.ok(elements <= ELEMENTS_MAX, `${path}: ${elements} elements`);
    const beside = page.locator('.side .l[href^="/s/shard-"]');
    assert.ok(least <= (await beside.count()), `${path}: ${await beside.count()} siblings`);
    assert.equal(await page.locator('.side [aria-current=page]').count(), 1);
    await page.getByRole('link', { name: /^Show \d+ (of \d+ )?more/ }).last().click();
    assert.equal(new URL(page.url()).pathname, '/s/fan/tree');
    assert.ok(100 < (await page.locator('.l[href^="/s/shard-"]').count()));
  }
  assertCalm(page);
  await page.context().close();
});
