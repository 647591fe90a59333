// Siblings of a kind that ended well share a row; nothing that needs a look is hidden in one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, focused, launch, open, rowOf, settled } from './lib/browser.mjs';
import { Story } from './lib/data.mjs';
import { follow, send, until } from './lib/live.mjs';

const MEMBERS = 12;

let collector, browser;

/** A root with a failed child, twelve coders that ended well, two of which have a child, and a tester that runs. */
function family(name, number) {
  const story = (id, agent, parent) => new Story(`${name}-${id}`, agent, parent && `${name}-${parent}`).start(`Goal of ${id}`);
  const coders = Array.from({ length: MEMBERS }, (_, n) => story(`coder-${n}`, 'coder', 'root').end('completed'));
  const below = [3, 7].map((n) => story(`below-${n}`, 'reader', `coder-${n}`).end('completed'));
  const stories = [story('root', `boss ${number}`), story('bad', 'coder', 'root').end('failed'), ...coders, ...below, story('tester', 'tester', 'root')];
  return stories.flatMap((one) => one.events);
}

/** What `n` of the family says next, with nothing lost in between. */
const late = (name, n, outcome) =>
  new Story(`${name}-coder-${n}`, 'coder', `${name}-root`).lose(2).end(outcome, { error: 'no' }).events;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post(['still', 'live', 'open', 'side'].flatMap(family));
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

async function visit(path, options) {
  const page = await open(browser, collector.origin, options);
  await page.goto(path);
  return page;
}

/** The row of several of a family: the only one below its root. */
const fold = (page, name) => rowOf(page, `${name}-root`).locator('> ul > .fold');
/** What stands below a row: `fold 12` or the session's id. */
const below = (item) => item.locator('> ul > li').evaluateAll((items) => items.map((one) =>
  one.matches('.fold') ? `fold ${one.dataset.k}` : decodeURIComponent(one.querySelector('.l').pathname.replace('/s/', '')).replace(/^\w+-/, '')));
const coders = (from, to) => Array.from({ length: to - from }, (_, n) => `coder-${from + n}`);

test('AC-1: without a script the row of several is a link that opens it, and closes it again', async () => {
  const page = await visit('/', { javaScriptEnabled: false });
  assert.deepEqual(await below(rowOf(page, 'still-root')), ['bad', 'fold 12', 'tester']);
  assert.match(await fold(page, 'still').innerText(), /completed\s+12 ×\s+coder/);
  await page.getByRole('link', { name: 'Show 12 × coder' }).first().waitFor();
  await fold(page, 'still').locator('> .r > .l').click();
  assert.deepEqual(await below(fold(page, 'still')), coders(0, 12));
  // A member that is opened keeps its place.
  await rowOf(page, 'still-coder-3').locator('> .r > .w').click();
  assert.equal(await rowOf(page, 'still-below-3').count(), 1);
  assert.deepEqual(await below(fold(page, 'still')), coders(0, 12));
  await fold(page, 'still').locator('> .r > .w').click();
  assert.deepEqual(await below(rowOf(page, 'still-root')), ['bad', 'fold 12', 'tester']);
  assert.equal(await rowOf(page, 'still-coder-3').count(), 0);
  assertCalm(page);
  await page.context().close();
});

test('AC-9: a link to a session inside opens the row, on its page, its subtree and its timeline', async () => {
  for (const javaScriptEnabled of [false, true]) {
    const page = await visit('/s/still-coder-5', { javaScriptEnabled });
    const here = page.locator('.side .here');
    assert.match(await here.innerText(), /coder/);
    assert.deepEqual(await below(fold(page, 'still')), coders(0, 12));
    await page.goto('/s/still-below-7');
    assert.equal(await page.locator('.side .fold .here').count(), 1);
    await page.goto('/s/still-coder-5/timeline');
    assert.equal(await rowOf(page, 'still-coder-5').locator('> .lane').count(), 1);
    await page.goto('/s/still-root/tree');
    assert.deepEqual(await below(rowOf(page, 'still-root')), ['bad', 'fold 12', 'tester']);
    assertCalm(page);
    await page.context().close();
  }
});

test('AC-2, AC-3, AC-5: the row of several is an item of the tree, and its members are its group', async () => {
  const page = await visit('/s/still-root/tree');
  const item = fold(page, 'still');
  const requests = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  const fragments = () => requests.filter((path) => path.startsWith('/f/'));
  assert.deepEqual(await item.evaluate((one) => [one.role, one.ariaExpanded, one.ariaPosInSet, one.ariaSetSize]), ['treeitem', 'false', '2', '14']);
  const tester = rowOf(page, 'still-tester');
  assert.deepEqual(await tester.evaluate((one) => [one.ariaPosInSet, one.ariaSetSize]), ['14', '14']);
  await rowOf(page, 'still-bad').focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await item.evaluate((one) => one === document.activeElement), true);
  await page.keyboard.press('ArrowRight');
  await settled(page);
  await rowOf(page, 'still-coder-0').waitFor();
  assert.deepEqual(fragments(), ['/f/children']);
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(page), 'still-coder-0');
  assert.deepEqual(await rowOf(page, 'still-coder-2').evaluate((one) => [one.ariaPosInSet, one.ariaSetSize]), ['3', '12']);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  assert.equal(await item.getAttribute('aria-expanded'), 'false');
  assert.equal(new URL(page.url()).pathname, '/s/still-root/tree');
  await page.keyboard.press('Space');
  assert.equal(await item.getAttribute('aria-expanded'), 'true');
  const { url, shown } = { url: page.url(), shown: await below(item) };
  await assertAccessible(page);
  await page.context().close();
  // AC-8: the address says that it is open.
  const copy = await visit(url, { javaScriptEnabled: false });
  assert.deepEqual(await below(fold(copy, 'still')), shown);
  await copy.context().close();
});

test('AC-10: a member that turns bad leaves the row', async () => {
  const page = await open(browser, collector.origin);
  await follow(page, '/s/live-root/tree');
  const root = rowOf(page, 'live-root');
  await fold(page, 'live').focus();
  await send(collector, late('live', 6, 'failed'));
  await until(page, () => document.querySelectorAll('.fold').length === 2);
  assert.deepEqual(await below(root), ['bad', 'fold 6', 'coder-6', 'fold 5', 'tester']);
  assert.match(await rowOf(page, 'live-coder-6').innerText(), /failed/);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.k), '6');
  // One that only says more stays in it.
  await send(collector, late('live', 2, 'completed').map((event) => ({ ...event, payload: { ...event.payload, total_tokens: 7_000_000 } })));
  await until(page, () => /7\.\dM tok/.test(document.querySelector('.fold .mt').textContent));
  assert.deepEqual(await below(root), ['bad', 'fold 6', 'coder-6', 'fold 5', 'tester']);
  await page.reload();
  assert.deepEqual(await below(root), ['bad', 'fold 6', 'coder-6', 'fold 5', 'tester']);
  assertCalm(page);
  await page.context().close();
});

test('AC-14: a row of several that is open stays open when a member leaves it', async () => {
  const page = await open(browser, collector.origin);
  await follow(page, '/s/open-root/tree');
  await fold(page, 'open').locator('> .r > .w').click();
  await rowOf(page, 'open-coder-9').focus();
  await send(collector, late('open', 3, 'failed'));
  await until(page, () => document.querySelectorAll('.fold').length === 1 && document.querySelector('.fold').dataset.k === '8');
  assert.deepEqual(await below(rowOf(page, 'open-root')), ['bad', 'coder-0', 'coder-1', 'coder-2', 'coder-3', 'fold 8', 'tester']);
  assert.deepEqual(await below(fold(page, 'open')), coders(4, 12));
  assert.equal(await focused(page), 'open-coder-9');
  assertCalm(page);
  await page.context().close();
});

test('AC-32: a timeline draws a row of several as one bar, and does without errors and waits where asked', async () => {
  for (const javaScriptEnabled of [false, true]) {
    const page = await visit('/s/still-root/timeline', { javaScriptEnabled });
    const lane = fold(page, 'still').locator('> .lane');
    assert.match(await lane.locator('title').first().textContent(), /^12 × coder: completed, /);
    const bars = () => lane.locator('.bar rect').evaluateAll((all) => all.map((one) => [one.getAttribute('x'), one.getAttribute('width')]));
    const together = await bars();
    assert.equal(together.length, 1);
    const words = () => page.locator('#chart .bar').evaluateAll((all) => all.map((one) => one.classList[1]));
    assert.ok((await words()).includes('wait'));
    await page.getByRole('link', { name: 'Waits' }).click();
    await page.getByRole('link', { name: 'Errors' }).click();
    assert.ok(['errors=0', 'waits=0'].every((given) => page.url().includes(given)));
    assert.ok(!(await words()).includes('wait'));
    assert.equal(await page.locator('.fault').count(), 0);
    assert.ok((await page.locator('.rest').count()) > 0);
    // Opened, the bars of its members make up the same time.
    await fold(page, 'still').locator('> .r > .w').click();
    await rowOf(page, 'still-coder-0').waitFor();
    assert.ok(page.url().includes('waits=0'));
    assert.equal(await fold(page, 'still').locator('> ul > li > .lane').count(), MEMBERS);
    assert.deepEqual(await bars(), together);
    await page.goto('/s/still-root/timeline?view=table');
    assert.equal(await page.getByRole('link', { name: '12 × coder' }).count(), 1);
    assertCalm(page);
    await page.context().close();
  }
});

test('a row of several in the sidebar is opened and walked through', async () => {
  const page = await visit('/s/side-tester');
  await fold(page, 'side').locator('> .r > .l').click();
  await settled(page);
  await rowOf(page, 'side-coder-4').locator('> .r > .l').click();
  await page.waitForURL('**/s/side-coder-4*');
  assert.equal(await rowOf(page, 'side-coder-4').getAttribute('aria-current'), 'page');
  assert.deepEqual(await below(fold(page, 'side')), coders(0, 12));
  await page.reload();
  assert.deepEqual(await below(fold(page, 'side')), coders(0, 12));
  assertCalm(page);
  await page.context().close();
});

test('what a filter finds is not folded, and neither is what it leaves out', async () => {
  const page = await visit('/?q=agent:coder', { javaScriptEnabled: false });
  assert.equal(await page.locator('.fold').count(), 0);
  assert.equal(await rowOf(page, 'still-coder-5').count(), 1);
  await page.context().close();
});
