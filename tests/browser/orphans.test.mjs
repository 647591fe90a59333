// Sessions whose parent speaks late: they move below it, and nothing else does.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, focused, launch, open, rowOf } from './lib/browser.mjs';
import { Story, cycles, orphans } from './lib/data.mjs';
import { follow, send, until } from './lib/live.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...orphans(), ...cycles()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('AC-13: an orphan moves below its parent while one watches, and keeps its id', async () => {
  const page = await open(browser, collector.origin);
  await follow(page, '/');
  const orphan = rowOf(page, 'orphan-two');
  const id = await orphan.getAttribute('id');
  assert.equal(await orphan.evaluate((item) => Boolean(item.closest('.orphans'))), true);
  await send(collector, new Story('unseen-two', 'lead').start('Here I am').events);
  await until(page, (id) => !document.getElementById(id)?.closest('.orphans'), id);
  // Where its parent's children are shown, it is among them.
  await page.goto('/?open=');
  await rowOf(page, 'unseen-two').locator('> .r > .w').click();
  await orphan.waitFor();
  assert.equal(await orphan.getAttribute('id'), id);
  assert.equal(await orphan.evaluate((item) => item.parentElement.closest('li.n') !== null), true);
  assertCalm(page);
  await page.context().close();
});

test('AC-13: a circle of parents is a page like any other', async () => {
  const page = await open(browser, collector.origin);
  for (const path of ['/s/ring-a', '/s/ring-b/tree', '/s/ring-c/timeline', '/s/self', '/s/self/timeline']) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), 200, path);
    await assertAccessible(page);
  }
  assertCalm(page);
  await page.context().close();
});

for (const within of ['itself', 'what is below it']) {
  test(`AC-13: an orphan moves below its parent with the focus on ${within}`, async () => {
    const name = within === 'itself' ? 'held' : 'holder';
    const helper = new Story(`helper-${name}`, 'helper', `orphan-${name}`).start('Help');
    await collector.post([...new Story(`orphan-${name}`, 'summariser', `unseen-${name}`).start('Wait').events, ...helper.events]);
    const page = await open(browser, collector.origin);
    await follow(page, '/?open=');
    const orphan = rowOf(page, `orphan-${name}`);
    const id = await orphan.getAttribute('id');
    await orphan.focus();
    await page.keyboard.press('ArrowRight');
    await rowOf(page, `helper-${name}`).waitFor();
    if (within !== 'itself') await page.keyboard.press('ArrowRight');
    const held = await page.evaluate(() => document.activeElement.id);
    assert.equal(held === id, within === 'itself');
    await page.evaluate((id) => { window.was = document.getElementById(id); }, id);
    await send(collector, new Story(`unseen-${name}`, 'lead').start('Here I am').events);
    await until(page, (id) => !document.getElementById(id)?.closest('.orphans'), id);
    const now = await page.evaluate((id) => {
      const item = document.getElementById(id), parent = item.parentElement.closest('li.n');
      return {
        same: item === window.was, once: document.querySelectorAll(`[id="${id}"]`).length, parent: parent.querySelector('.l').pathname,
        open: [parent.ariaExpanded, item.ariaExpanded], level: item.role, place: [item.ariaPosInSet, item.ariaSetSize],
      };
    }, id);
    assert.deepEqual(now, {
      same: true, once: 1, parent: `/s/unseen-${name}`, open: ['true', 'true'], level: 'treeitem', place: ['1', '1'],
    });
    assert.equal(await page.evaluate(() => document.activeElement.id), held);
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(page), within === 'itself' ? `unseen-${name}` : `orphan-${name}`);
    await assertAccessible(page);
    assertCalm(page);
    await page.context().close();
  });
}
