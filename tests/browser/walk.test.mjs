// Walking from session to session: the tree beside them stays as it is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { SCHEMES, assertAccessible, assertCalm, focused, launch, open, rowOf, settled } from './lib/browser.mjs';
import { chain, fan, groups } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...fan(300), ...chain(8), ...groups()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** A page whose document is marked, so that a navigation would be noticed. */
async function visit(path, options) {
  const page = await open(browser, collector.origin, options);
  await page.goto(path);
  await page.evaluate(() => {
    window.stayed = true;
    window.turns = 0;
    document.addEventListener('banyan:page', () => { window.turns += 1; });
  });
  return page;
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const stayed = (page) => page.evaluate(() => window.stayed === true);
const current = (page) => page.locator('.side li[aria-current=page]').evaluateAll((items) => items.map((item) => item.querySelector('.l').pathname));

test('AC-8: a session in the sidebar is shown beside the same tree', async () => {
  const page = await visit('/s/shard-150');
  const tree = page.locator('.side nav');
  await rowOf(page, 'shard-160').scrollIntoViewIfNeeded();
  const scrolled = await tree.evaluate((nav) => nav.scrollTop);
  assert.ok(scrolled > 0);
  await rowOf(page, 'shard-160').locator('.l').click();
  await page.waitForURL('**/s/shard-160?*');
  await page.getByText('Shard 160', { exact: true }).first().waitFor();
  assert.ok(await stayed(page));
  assert.equal(await tree.evaluate((nav) => nav.scrollTop), scrolled);
  assert.deepEqual(await current(page), ['/s/shard-160']);
  assert.match(await page.title(), /Shard 160/);
  assert.equal(await page.evaluate(() => window.turns), 1);
  await page.goBack();
  await page.waitForFunction(() => document.title.includes('Shard 150'));
  assert.ok(await stayed(page));
  assert.deepEqual(await current(page), ['/s/shard-150']);
  assertCalm(page);
  await page.context().close();
});

test('AC-8: what is open stays open from session to session', async () => {
  const page = await visit('/s/review-1');
  await rowOf(page, 'coder-1').locator('> .r > .w').click();
  await settled(page);
  await rowOf(page, 'tester-1').focus();
  await page.keyboard.press('Enter');
  await heading(page, 'tester');
  assert.equal(await focused(page), 'tester-1');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await heading(page, 'coder');
  await page.locator('.feed').getByRole('link', { name: 'bash' }).first().click();
  await page.locator('aside.insp').waitFor();
  assert.match(page.url(), /\/s\/coder-1\/e\/\d+\?.*#e-\d+$/);
  await page.getByRole('link', { name: 'Close', exact: true }).click();
  await page.locator('aside.insp').waitFor({ state: 'detached' });
  await page.getByRole('navigation', { name: 'Show events' }).getByRole('link', { name: 'Thinks' }).click();
  await page.waitForURL('**/s/coder-1?*k=think*');
  await page.locator('.crumbs a').first().click();
  await heading(page, 'orchestrator');
  assert.ok(await stayed(page));
  assert.ok(await rowOf(page, 'tester-1').isVisible());
  await page.reload();
  assert.ok(await rowOf(page, 'tester-1').isVisible());
  await page.getByRole('link', { name: 'Timeline' }).click();
  await page.waitForURL('**/s/orch/timeline?open=*');
  assertCalm(page);
  await page.context().close();
});

test('AC-9: a session that the tree lacks brings its way along', async () => {
  const page = await visit('/s/chain-7');
  await rowOf(page, 'chain-1').locator('> .r > .w').click();
  await page.locator('.crumbs').getByRole('link').last().click();
  await page.waitForURL('**/s/chain-6?*');
  await page.waitForFunction(() => window.turns === 1);
  assert.deepEqual(await current(page), ['/s/chain-6']);
  assert.ok(await rowOf(page, 'chain-6').isVisible());
  await page.context().close();
});

test('AC-8: when anything fails the link is followed', async () => {
  const page = await visit('/s/review-1');
  let broken = true;
  await page.route('**/s/coder-1?*', (route) => {
    if (!broken) return route.continue();
    broken = false;
    return route.abort();
  });
  await rowOf(page, 'coder-1').locator('.l').click();
  await page.waitForURL('**/s/coder-1?*');
  await heading(page, 'coder');
  assert.equal(await stayed(page), false);
  await page.context().close();
});

for (const scheme of SCHEMES) {
  test(`AC-43: a page that was walked to is accessible, ${scheme}`, async () => {
    const page = await visit('/s/review-1', { colorScheme: scheme });
    await rowOf(page, 'coder-1').locator('.l').click();
    await heading(page, 'coder');
    await assertAccessible(page);
    assert.equal(await page.locator('[role=tree]').count(), 1);
    assert.equal(await page.locator('.side li[tabindex="0"]').count(), 1);
    assertCalm(page);
    await page.context().close();
  });
}
