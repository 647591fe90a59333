// The search: links narrow it, take terms out and page through it; every count is that of its link.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { Story, groups, realRun } from './lib/data.mjs';

let collector, browser;

const search = (q, scope = 'events') => `/search?q=${encodeURIComponent(q)}&in=${scope}`;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.postLines(await realRun());
  const many = Array.from({ length: 45 }, (_, no) => new Story(`many-${no}`, 'worker').start(`Needle ${no}`).events);
  await collector.post([...groups(), ...many.flat()]);
  await indexed();
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** Waits until every event can be found by its text. */
async function indexed() {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const page = await fetch(`${collector.origin}${search('needle')}`, { headers: { accept: 'text/html' } });
    if (!(await page.text()).includes('cannot be found by their text yet')) return;
  }
  throw new Error('the index does not catch up');
}

const PATHS = [
  '/search', search('exit'), search('exit', 'sessions'), search('knd:x'), search('exit cost>1'), search('id:coder-1'),
  search('needle'), search('-needle agent:*', 'sessions'),
];

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-41, AC-43: every search is accessible and calm, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      for (const path of PATHS) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });
  }
}

/** A page without scripts. */
const plain = () => open(browser, collector.origin, { javaScriptEnabled: false });

/** What the page says it found. */
async function found(page) {
  const text = await page.locator('.sum b').innerText();
  return Number(/^([\d,]+)/.exec(text)[1].replaceAll(',', ''));
}

test('AC-1: the form finds events and sessions without scripts', async () => {
  const page = await plain();
  await page.goto('/');
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.locator('#q').fill('"exit status 101"');
  await page.getByRole('button', { name: 'Search' }).click();
  assert.equal(await page.locator('#q').inputValue(), '"exit status 101"');
  assert.equal(await found(page), 1);
  assert.equal(await page.locator('mark').innerText(), 'exit status 101');
  assert.match(await page.locator('.found li').first().innerText(), /G\d [●■▲◆★⬟✚▼][^]*failed[^]*coder/u);
  await page.locator('.hits a').click();
  assert.match(page.url(), /\/s\/coder-1\/e\/\d+#e-\d+$/);
  await page.goBack();
  await page.getByLabel('sessions').check();
  await page.getByRole('button', { name: 'Search' }).click();
  assert.match(page.url(), /in=sessions/);
  assert.equal(await page.locator('.found > li').count(), 1);
  assertCalm(page);
  await page.context().close();
});

test('AC-33: an unknown key is explained in place, with what was meant', async () => {
  const page = await plain();
  const answer = await page.goto(search('exit knd:thought'));
  assert.equal(answer.status(), 200);
  assert.equal(await page.locator('#q').inputValue(), 'exit knd:thought');
  assert.match(await page.locator('.wrong').innerText(), /unknown key \(did you mean kind\?\) at 6/i);
  await page.getByRole('link', { name: 'exit kind:thought' }).click();
  assert.equal(await page.locator('#q').inputValue(), 'exit kind:thought');
  assert.equal(await page.locator('.wrong').count(), 0);
  await page.context().close();
});

test('AC-33: the count of every facet is what its link finds', async () => {
  const page = await plain();
  let links = 0;
  for (const path of [search('-needle'), search('tool:bash,read_file'), search('is:root', 'sessions')]) {
    await page.goto(path);
    const facets = await page.locator('.facets a').evaluateAll((all) =>
      all.map((link) => ({ href: link.getAttribute('href'), count: Number(link.querySelector('.num').textContent) })));
    for (const { href, count } of facets) {
      await page.goto(href);
      assert.equal(await found(page), count, href);
      links += 1;
    }
  }
  assert.ok(links > 15, `${links}`);
  await page.context().close();
});

test('pages lead on and back, and a session to all its hits', async () => {
  const page = await plain();
  const ids = () => page.locator('.found h2 a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  await page.goto(search('needle'));
  const pages = [await ids()];
  for (let turned = 0; turned < 2; turned += 1) {
    await page.getByRole('link', { name: 'Older' }).click();
    pages.push(await ids());
  }
  assert.deepEqual(pages.map((page) => page.length), [20, 20, 5]);
  assert.equal(new Set(pages.flat()).size, 45);
  assert.equal(await page.getByRole('link', { name: 'Older' }).count(), 0);
  await page.getByRole('link', { name: 'Newer' }).click();
  assert.deepEqual(await ids(), pages[1]);
  await page.goto(search('-needle agent:coder,orchestrator'));
  const more = page.getByRole('link', { name: /more in this session/ }).first();
  const row = page.locator('.found > li', { has: more }).first();
  const count = Number(/(\d+) hits/.exec(await row.innerText())[1]);
  await more.click();
  assert.equal(await found(page), count);
  assert.equal(await page.locator('.hits li').count(), Math.min(count, 50));
  await page.context().close();
});

test('where nothing is found, the query comes back in parts', async () => {
  const page = await plain();
  await page.goto(search('"exit status" agent:coder cost>99'));
  assert.equal(await page.getByRole('heading', { name: 'Nothing found' }).count(), 1);
  assert.equal(await page.locator('.chips a').count(), 3);
  await page.getByRole('link', { name: /Without cost>99: 1/ }).click();
  assert.equal(await found(page), 1);
  await page.goBack();
  await page.locator('.chips a').first().click();
  assert.equal(await page.locator('#q').inputValue(), 'agent:coder cost>99');
  await page.context().close();
});
