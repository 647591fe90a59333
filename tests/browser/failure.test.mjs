// What readers see when it is the collector that fails: its view is damaged behind its back.

import assert from 'node:assert/strict';
import { open as openFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { SCHEMES, assertAccessible, assertFits, launch, open } from './lib/browser.mjs';
import { groups } from './lib/data.mjs';

const PAGE_BYTES = 4_096;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post(groups());
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** Overwrites what the view's files hold, in place; the log is left alone. */
async function damage() {
  const names = (await readdir(collector.data)).filter((name) => /^view\.db(-wal)?$/.test(name));
  assert.ok(names.includes('view.db'));
  for (const name of names) {
    const file = await openFile(join(collector.data, name), 'r+');
    const { size } = await file.stat();
    for (let at = 0; at < size; at += PAGE_BYTES) await file.write(Buffer.alloc(Math.min(PAGE_BYTES, size - at), 0x5a), 0, undefined, at);
    await file.close();
  }
}

test('AC-38: when the collector fails, the page says so, names the request and leads back', async () => {
  const well = await open(browser, collector.origin);
  await well.goto('/settings');
  const header = (page) => page.locator('header.bar nav').innerText();
  const [bar, head] = [await header(well), await well.locator('header.bar a').evaluateAll((links) => links.map((link) => link.href))];
  await damage();
  for (const colorScheme of SCHEMES) {
    const page = await open(browser, collector.origin, { colorScheme });
    const answer = await page.goto('/s/coder-1');
    assert.equal(answer.status(), 500);
    assert.equal(await page.locator('h1').innerText(), 'Something went wrong on our side');
    assert.match(await page.locator('main').innerText(), /logged under request [0-9a-f]{8,}/);
    assert.equal(await header(page), bar);
    assert.deepEqual(await page.locator('header.bar a').evaluateAll((links) => links.map((link) => link.href)), head);
    const back = page.locator('main a.button');
    assert.equal(await back.getAttribute('href'), '/');
    await assertAccessible(page);
    await assertFits(page);
    // Nothing but the failure itself went wrong.
    assert.deepEqual(page.missteps.filter((step) => !/\b500\b/.test(step)), []);
    await page.context().close();
  }
  // Programs are told the same, and what was recorded is there when the view is made again.
  const api = await fetch(`${collector.origin}/sessions/coder-1`);
  assert.equal(api.status, 500);
  await collector.restart();
  const again = await fetch(`${collector.origin}/sessions/coder-1`);
  assert.equal(again.status, 200);
  await well.context().close();
});
