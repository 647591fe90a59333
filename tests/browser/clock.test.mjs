// What the clock alone changes is seen on pages that are open, without an event.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertCalm, launch, open, rowOf, statusWord } from './lib/browser.mjs';
import { PATIENCE, Thinker, follow, until } from './lib/live.mjs';

// How often a page looks at the clock.
const GLANCE_MS = 20_000;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.startWithClock(), launch()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('whoever is silent for too long is seen to be stalled, in its row, above it and in the figures', async () => {
  const quiet = new Thinker('quiet', 'quiet', 'boss');
  await collector.post([...new Thinker('boss', 'boss').next(1), ...quiet.next(3)]);
  const [forest, session] = await Promise.all(['/', '/s/quiet'].map(async (path) => {
    const page = await open(browser, collector.origin);
    await page.clock.install();
    await follow(page, path);
    return page;
  }));
  const word = (page, id) => rowOf(page, id).first().locator(':scope > .r > .l').evaluate(statusWord);
  const positions = () => forest.evaluate(() => [...document.querySelectorAll('li.n')].map((item) => item.dataset.v).join());
  const before = await positions();
  assert.equal(await word(forest, 'quiet'), 'running');
  assert.equal(await session.locator('#h-mark').textContent(), 'running');
  await collector.passes('6m');
  for (const page of [forest, session]) {
    await page.clock.fastForward(GLANCE_MS);
    await rowOf(page, 'quiet').first().locator('.r > .l.stall').waitFor(PATIENCE);
  }
  await until(session, () => document.getElementById('h-mark').textContent === 'stalled');
  await until(forest, () => document.querySelector('.b.stall')?.textContent.startsWith('1'));
  await until(forest, () => document.getElementById('c-need').textContent === '2');
  assert.equal(await positions(), before, 'no event said so');
  // And back, with its next event.
  await collector.post(quiet.next(1));
  await rowOf(forest, 'quiet').first().locator('.r > .l.run').waitFor(PATIENCE);
  for (const page of [forest, session]) {
    assertCalm(page);
    await page.context().close();
  }
});
