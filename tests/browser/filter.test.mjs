// The forest's filter bar: what matches shows, with what stands above it; its state is the URL.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open, rows } from './lib/browser.mjs';
import { Story, groups, orphans, realRun } from './lib/data.mjs';

let collector, browser;

const filter = (q, more = '') => `/?q=${encodeURIComponent(q)}${more}`;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.postLines(await realRun());
  const cost = (no) => ({ total_cost_usd: no / 100, total_tokens: 1_000 - no });
  const many = Array.from({ length: 60 }, (_, no) =>
    new Story(`many-${no}`, 'worker').start(`Task ${no}`).end('completed', cost(no)).events);
  await collector.post([...groups(), ...orphans(), ...many.flat()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

const plain = (options = {}) => open(browser, collector.origin, { javaScriptEnabled: false, ...options });

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-41, AC-43: a filtered forest is accessible and calm, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      for (const path of ['/', filter('status:failed'), filter('staus:failed'), filter('cost>99 agent:worker'), '/?sort=cost']) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });
  }
}

test('AC-1: the filter works without scripts and keeps its state in the address', async () => {
  const page = await plain();
  await page.goto('/');
  await page.getByLabel('Filter', { exact: true }).fill('agent:tester');
  await page.locator('#sort').selectOption('cost');
  await page.getByRole('button', { name: 'Apply' }).click();
  assert.match(page.url(), /\?q=agent%3Atester&sort=cost$/);
  assert.equal(await page.locator('#filter').inputValue(), 'agent:tester');
  assert.equal(await page.locator('#sort').inputValue(), 'cost');
  assert.match(await page.locator('.matches').innerText(), /^1 session matches in 1 tree$/);
  const found = await rows(page);
  assert.deepEqual(found.map((row) => row.href), ['/s/orch', '/s/coder-1', '/s/tester-1']);
  assert.deepEqual(await page.locator('.dim .l').evaluateAll((all) => all.map((link) => link.getAttribute('href'))),
    ['/s/orch', '/s/coder-1']);
  assert.match(found[0].text, /1 match\b/);
  await page.getByRole('link', { name: 'Show all 2 children' }).click();
  assert.equal(await page.locator('#filter').inputValue(), 'agent:tester');
  assert.ok((await rows(page)).some((row) => row.href === '/s/review-1'));
  assertCalm(page);
  await page.context().close();
});

test('AC-33: a mistake is explained beside the filter, and all sessions are shown', async () => {
  const page = await plain();
  const answer = await page.goto(filter('staus:failed'));
  assert.equal(answer.status(), 200);
  assert.equal(await page.locator('#filter').inputValue(), 'staus:failed');
  assert.match(await page.locator('.wrong').innerText(), /unknown key \(did you mean status\?\) at 1\. All sessions are shown/i);
  assert.ok((await rows(page)).length > 20);
  await page.locator('.wrong a').click();
  assert.equal(await page.locator('#filter').inputValue(), 'status:failed');
  await page.context().close();
});

test('every view shows as many sessions as it says', async () => {
  const page = await plain();
  await page.goto('/');
  const views = await page.locator('.lens a').evaluateAll((all) =>
    all.map((link) => ({ href: link.getAttribute('href'), count: link.querySelector('.num')?.textContent })));
  assert.equal(views.length, 5);
  for (const { href, count } of views) {
    await page.goto(href);
    assert.equal(await page.locator('.lens a[aria-current]').count(), 1);
    const matches = page.locator('.matches');
    // In the first hour of a day nothing has failed today.
    if (count === '0') assert.equal(await page.getByRole('heading', { name: 'Nothing matches' }).count(), 1);
    else if (count) assert.ok((await matches.innerText()).startsWith(`${count} session`), href);
  }
  await page.context().close();
});

test('pages in another order lead through all trees once', async () => {
  const page = await plain();
  for (const path of ['/?sort=cost&open=', filter('agent:worker', '&sort=tokens')]) {
    await page.goto(path);
    const seen = await rows(page);
    while ((await page.getByRole('link', { name: 'Older' }).count()) > 0) {
      await page.getByRole('link', { name: 'Older' }).click();
      seen.push(...(await rows(page)));
    }
    const workers = seen.filter((row) => row.href.startsWith('/s/many-')).map((row) => Number(row.href.slice('/s/many-'.length)));
    const order = workers.toSorted((one, other) => (path.includes('cost') ? other - one : one - other));
    assert.deepEqual(workers, order, path);
    assert.equal(new Set(workers).size, 60, path);
  }
  await page.context().close();
});

test('where nothing matches, the filter comes back in parts', async () => {
  const page = await plain();
  await page.goto(filter('agent:worker cost>99'));
  assert.equal(await page.getByRole('heading', { name: 'Nothing matches' }).count(), 1);
  assert.equal(await page.locator('.chips a').count(), 2);
  await page.getByRole('link', { name: /Without cost>99: 60/ }).click();
  assert.match(await page.locator('.matches').innerText(), /^60 sessions match in 60 trees$/);
  await page.context().close();
});
