// The tree with a script: what it promises to keyboards and screen readers, and keeps.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { SCHEMES, assertAccessible, assertCalm, focused, launch, open, rowOf, settled } from './lib/browser.mjs';
import { Story, fan, groups, orphans } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  // The last one posted is the first one shown.
  const late = new Story('shard-441', 'shard', 'fan').lose(9).tell('session.ended', { outcome: 'failed' });
  await collector.post([...fan(450), ...late.events, ...groups()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

async function visit(path, options) {
  const page = await open(browser, collector.origin, options);
  await page.goto(path);
  return page;
}

test('AC-1: without a script no tree is promised', async () => {
  const page = await visit('/', { javaScriptEnabled: false });
  assert.equal(await page.locator('[role=tree], [role=treeitem], [role=group]').count(), 0);
  assert.equal(await page.getByRole('button', { name: /Next problem/ }).count(), 0);
  assertCalm(page);
  await page.context().close();
});

test('AC-2: one tree, one tab stop, no link to tab to', async () => {
  const page = await visit('/?open=');
  await rowOf(page, 'orch').locator('.w').first().click();
  await rowOf(page, 'coder-1').waitFor();
  for (const path of [null, '/s/coder-1', '/s/orch/tree']) {
    if (path) await page.goto(path);
    assert.equal(await page.locator('[role=tree]').count(), 1);
    assert.equal(await page.locator('li.n:not([role=treeitem])').count(), 0);
    assert.equal(await page.locator('[role=tree] li[tabindex="0"]').count(), 1);
    assert.equal(await page.locator('[role=tree] a:not([tabindex="-1"])').count(), 0);
  }
  assertCalm(page);
  await page.context().close();
});

test('AC-3: expanded rows own their children, sets are as large as the server says', async () => {
  const page = await visit('/?open=');
  await rowOf(page, 'fan').locator('.w').click();
  await rowOf(page, 'shard-0').waitFor();
  const bad = await page.locator('li.n').evaluateAll((items) => items.filter((item) => {
    const group = item.querySelector(':scope > [role=group]');
    const isOpen = item.getAttribute('aria-expanded') === 'true';
    const [at, size] = ['aria-posinset', 'aria-setsize'].map((name) => Number(item.getAttribute(name)));
    return isOpen !== Boolean(group?.checkVisibility()) ||
      item.hasAttribute('aria-expanded') !== Number(item.dataset.k) > 0 || !(1 <= at && at <= size);
  }).map((item) => item.outerHTML.slice(0, 200)));
  assert.deepEqual(bad, []);
  const shards = rowOf(page, 'fan').locator('> ul > li');
  assert.equal(await shards.count(), 201);
  assert.deepEqual(await shards.evaluateAll((items) => [...new Set(items.map((item) => item.ariaSetSize))]), ['450']);
  assert.deepEqual(await shards.evaluateAll((items) => items.map((item) => Number(item.ariaPosInSet))), Array.from({ length: 201 }, (_, at) => at + 1));
  await page.context().close();
});

test('AC-4: a row is called by its own status, agent and goal', async () => {
  const page = await visit('/');
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const names = nodes.filter((node) => node.role?.value === 'treeitem').map((node) => node.name.value);
  const of = (agent) => names.find((name) => name.includes(agent));
  assert.match(of('orchestrator'), /^G\d . running orchestrator \W?Migrate billing to the v3 ledger\W? ?2 failed below ?1 waiting below/);
  assert.match(of('tester'), /^failed tester \W?Run the property tests/);
  assert.doesNotMatch(of('orchestrator'), /Port the invoice|Decide on rounding/);
  await page.context().close();
});

test('AC-5: the keys of the tree', async () => {
  const page = await visit('/?open=');
  await rowOf(page, 'orch').focus();
  const cases = [
    ['ArrowDown', 'alone'], ['ArrowUp', 'orch'], ['ArrowUp', 'orch'], ['ArrowLeft', 'orch'],
    ['ArrowRight', 'orch'], ['ArrowRight', 'coder-1'], ['ArrowDown', 'review-1'], ['ArrowRight', 'review-1'],
    ['ArrowLeft', 'orch'], ['ArrowLeft', 'orch'], ['ArrowDown', 'alone'], ['End', 'fan'], ['Home', 'orch'],
    ['d', 'doc'], ['O', 'doc'], ['ArrowUp', 'alone'], ['o', 'orch'], ['x', 'orch'], ['End', 'fan'], ['a', 'alone'],
    ['*', 'alone'], ['ArrowDown', 'doc'], ['ArrowDown', 'doc-2'], ['ArrowLeft', 'doc'], [' ', 'doc'], ['ArrowDown', 'fan'],
    [' ', 'fan'], ['ArrowUp', 'doc'], [' ', 'doc'], ['ArrowRight', 'doc-2'], ['Home', 'orch'],
    ['Shift+ArrowRight', 'orch'], ['ArrowDown', 'coder-1'], ['ArrowDown', 'tester-1'], ['ArrowUp', 'coder-1'],
    ['ArrowUp', 'orch'], ['Shift+ArrowLeft', 'orch'], ['ArrowDown', 'alone'], ['ArrowUp', 'orch'], ['ArrowRight', 'orch'],
    ['ArrowDown', 'coder-1'], ['ArrowDown', 'review-1'],
  ];
  for (const [at, [key, expected]] of cases.entries()) {
    await page.keyboard.press(key);
    await settled(page);
    assert.equal(await focused(page), expected, `${at}: ${key}`);
  }
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'filter');
  await rowOf(page, 'review-1').focus();
  const [tab] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Control+Enter')]);
  assert.equal(new URL(tab.url()).pathname, '/s/review-1');
  await tab.close();
  assert.equal(new URL(page.url()).pathname, '/');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/s/review-1');
  assertCalm(page);
  await page.context().close();
});

test('AC-5: Tab leaves the tree and comes back to the same row', async () => {
  const page = await visit('/?open=');
  await rowOf(page, 'doc').focus();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('[role=tree]')), null);
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(page), 'doc');
  await page.context().close();
});

test('AC-5: F8 goes from problem to problem, through closed branches, windows and groups', async () => {
  const page = await visit('/?open=');
  const problems = ['coder-1', 'tester-1', 'review-1', 'shard-441'];
  for (const key of ['F8', 'Shift+F8']) {
    for (const expected of key === 'F8' ? problems : problems.toReversed().slice(1)) {
      await page.keyboard.press(key);
      await page.waitForFunction((id) => document.activeElement.matches(`li.n:has(> .r > .l[href="/s/${id}"])`), expected);
    }
  }
  await page.keyboard.press('Shift+F8');
  await page.getByText('No further problem').waitFor({ state: 'attached' });
  assert.equal(await focused(page), 'coder-1');
  const window = rowOf(page, 'fan').locator('> ul');
  assert.equal(await window.getAttribute('data-from'), '400');
  assert.match(await window.innerText(), /Show 200 before these/);
  await page.getByRole('button', { name: /Next problem/ }).click();
  await page.waitForFunction(() => document.activeElement.matches('li.n:has(> .r > .l[href="/s/tester-1"])'));
  await page.goto('/s/doc');
  await page.keyboard.press('F8');
  await page.getByText('No further problem').waitFor({ state: 'attached' });
  assertCalm(page);
  await page.context().close();
});

test('AC-2, AC-13: orphans have a tree of their own', async () => {
  await collector.post(orphans());
  const page = await visit('/?open=');
  assert.equal(await page.locator('[role=tree]').count(), 2);
  assert.equal(await page.getByRole('tree', { name: 'Parent not seen yet' }).getByRole('treeitem').count(), 3);
  for (const tree of await page.getByRole('tree').all()) assert.equal(await tree.locator('li[tabindex="0"]').count(), 1);
  await page.context().close();
});

for (const scheme of SCHEMES) {
  test(`AC-43: trees with roles are accessible, ${scheme}`, async () => {
    const page = await visit('/?open=', { colorScheme: scheme });
    await assertAccessible(page);
    await rowOf(page, 'orch').focus();
    await page.keyboard.press('*');
    await rowOf(page, 'shard-0').waitFor();
    await page.keyboard.press('ArrowLeft');
    await assertAccessible(page);
    await page.goto('/s/coder-1');
    await assertAccessible(page);
    await page.goto('/s/orch/tree');
    await assertAccessible(page);
    assertCalm(page);
    await page.context().close();
  });
}
