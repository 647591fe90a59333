// Trees too deep and too wide to show whole.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { PHONE, assertCalm, assertFits, launch, open, openAll, rows } from './lib/browser.mjs';
import { chain, fan } from './lib/data.mjs';

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
  await page.goto('/?open=');
  await page.getByRole('link', { name: 'Show 500 children of fan-out' }).click();
  const seen = new Set((await shards()).map((row) => row.href));
  assert.equal(seen.size, 200);
  await page.getByRole('link', { name: 'Show 200 of 300 more' }).click();
  for (const row of await shards()) seen.add(row.href);
  assert.equal(seen.size, 400);
  await page.getByRole('link', { name: 'Show 100 more of 500' }).click();
  for (const row of await shards()) seen.add(row.href);
  assert.equal(seen.size, 500);
  await page.getByRole('link', { name: 'Show 200 before these' }).click();
  assert.equal((await shards()).length, 200);
  await page.context().close();
});
