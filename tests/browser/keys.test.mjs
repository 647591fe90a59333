// Keys of the page: each presses something that can be seen, and the list says exactly which.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, launch, open } from './lib/browser.mjs';
import { groups } from './lib/data.mjs';
import { eventually, follow, until } from './lib/live.mjs';

let collector, browser, page;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post(groups());
  page = await open(browser, collector.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** The keys that the list names, without those of trees. */
async function listed() {
  await page.locator('#k-help').click();
  const keys = await page.locator('#k-list div').evaluateAll((lines) =>
    lines.filter((line) => !line.querySelector('dd').textContent.startsWith('Tree: '))
      .map((line) => [...line.querySelectorAll('kbd')].map((key) => key.textContent).join(' ')));
  await page.keyboard.press('Escape');
  await page.locator('#k-list').waitFor({ state: 'detached' });
  return keys;
}

const state = (has = {}) =>
  page.evaluate(({ ownFocus }) => [
    location.href, document.documentElement.dataset.theme, document.documentElement.className,
    document.getElementById('pill').ariaPressed, !!document.getElementById('k-list'), ownFocus || document.activeElement.outerHTML.slice(0, 200), scrollY,
  ].join(), has);

const press = async (keys) => {
  for (const key of keys.split(' ')) await page.keyboard.press(key);
};

/** Whether pressing `keys` on a fresh page at `path` does anything; what must, has time to. */
async function works(path, keys, prepare = async () => {}, has = {}) {
  await page.context().clearCookies();
  await page.evaluate(() => navigator.clipboard.writeText('nothing')).catch(() => {});
  await (path === '/search' ? page.goto(path) : follow(page, path));
  await prepare();
  const was = await state(has);
  await press(keys);
  // What is to come of a key has come when the page has been drawn twice, or has gone.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))).catch(() => {});
  await page.waitForLoadState();
  const changed = async () =>
    (await state(has)) !== was || (await page.evaluate(() => navigator.clipboard.readText())) !== 'nothing';
  return has.must ? eventually(changed, `${path}: ${keys}`) : changed();
}

const ALL = ['/', '?', 'g s', 'g l', 'g t', 'j', 'k', 'Enter', 'x', 'e', '.', 'p', 'c', 't', '\\'];

test('AC-45: the list names exactly the keys that work', async () => {
  const event = (await (await fetch(`${collector.origin}/sessions/coder-1`)).json()).events[1].banyan.position;
  for (const path of ['/search', '/s/coder-1', `/s/coder-1/e/${event}`]) {
    await page.goto(path);
    const keys = await listed();
    for (const key of ALL) {
      // Enter presses what has the focus.
      const prepare = key === 'Enter' && keys.includes('Enter') ? () => press('j') : undefined;
      // These lead to where one may be already.
      if (['.', 'g s', 'g l', 'p'].includes(key) && path === '/search' || key === '.') continue;
      const must = keys.includes(key);
      assert.equal(await works(path, key, prepare, { must }), must, `${path}: ${key}, listed: ${keys.join(', ')}`);
    }
  }
  assertCalm(page);
});

test('AC-45: keys are dead in fields and in the tree', async () => {
  const field = () => page.evaluate(() => {
    const input = document.body.appendChild(document.createElement('input'));
    input.focus();
  });
  const tree = () => page.evaluate(() => {
    const item = document.querySelector('[data-tree] li');
    item.closest('[data-tree]').setAttribute('role', 'tree');
    item.tabIndex = 0;
    item.focus();
  });
  for (const key of ['?', 't', 'p', 'e', 'c', 'g t', '\\']) {
    assert.equal(await works('/s/coder-1', key, field), false, `${key} in a field`);
    assert.equal(await works('/s/coder-1', key, tree, { ownFocus: true }), false, `${key} in the tree`);
  }
  assertCalm(page);
});

test('AC-45: switched off, no single key does anything', async () => {
  const off = () => page.evaluate(() => { document.documentElement.dataset.keys = 'off'; });
  for (const key of ['/', '?', 'g s', 'g t', 'j', 'k', 'x', 'e', 'p', 'c', 't', '\\']) {
    assert.equal(await works('/s/coder-1', key, off), false, key);
  }
  assert.deepEqual(await listed(), ['Enter']);
});

test('the controls are there for those who click, and the list is readable', async () => {
  await follow(page, '/s/coder-1');
  await page.locator('#k-theme').click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await page.locator('#k-link').click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
  await page.locator('#k-help').click();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await page.locator('.ev .say > .l').first().click();
  await page.locator('.insp .k').first().click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('{'));
  await assertAccessible(page);
  assertCalm(page);
});

test('times go on', async () => {
  await collector.post([{ spec: 'aop/1.0', session_id: 'now', agent_id: 'clock', sequence: 1, timestamp: new Date().toISOString(), type: 'operation.tool_start', payload: { tool: 'wait' } }]);
  await follow(page, '/s/now');
  await until(page, () => /^[2-9] s$/.test(document.querySelector('.took[title="running for"]').textContent));
  assertCalm(page);
});
