// The forest: links open and close it, every session is there once, groups can be told apart.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Collector } from './lib/collector.mjs';
import { SCHEMES, assertCalm, launch, open, openAll, rows } from './lib/browser.mjs';
import { contrast, distance, hue } from './lib/colour.mjs';
import { Story, cycles, groups, orphans, realRun } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.postLines(await realRun());
  await collector.post([...groups(), ...orphans(), ...cycles()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** Every session's row of the whole forest, all open. */
async function forest(options) {
  const page = await open(browser, collector.origin, options);
  await page.goto('/?open=');
  await openAll(page);
  const found = await rows(page);
  await page.context().close();
  return found;
}

test('AC-1: without scripts, links open and close branches and lead to sessions', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/');
  assert.equal(await page.locator('[role=tree]').count(), 0);
  await page.goto('/?open=');
  const closed = await rows(page);
  assert.equal(closed.filter((row) => row.parent !== null).length, 0);
  await page.getByRole('link', { name: 'Show 2 children of orchestrator' }).click();
  assert.match(page.url(), /\?open=[0-9a-z]+#n-[0-9a-z]+$/);
  assert.equal((await rows(page)).length, closed.length + 2);
  await page.getByRole('link', { name: 'Show 1 child of coder' }).click();
  assert.equal((await rows(page)).length, closed.length + 3);
  await page.getByRole('link', { name: /tester/ }).click();
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'tester');
  await page.goBack();
  assert.equal((await rows(page)).length, closed.length + 3);
  await page.getByRole('link', { name: 'Hide 2 children of orchestrator' }).click();
  assert.equal((await rows(page)).length, closed.length);
  assertCalm(page);
  await page.context().close();
});

test('every session is on the page exactly once, whatever its parents claim', async () => {
  const found = await forest({ javaScriptEnabled: false });
  const answer = await (await fetch(`${collector.origin}/sessions?limit=1000`)).json();
  const known = answer.sessions.map((session) => `n-${session.row}`).sort();
  assert.deepEqual(found.map((row) => row.id).sort(), known);
});

test('the real run is one group of three', async () => {
  const found = await forest();
  const root = found.find((row) => row.text.includes('claude-code') && row.parent === null);
  assert.match(root.text, /^\d+\s+G1 ●/);
  const tree = found.filter((row) => row.root === root.id);
  assert.equal(tree.length, 3);
  const deepest = tree.find((row) => tree.every((other) => other.parent !== row.id));
  assert.equal(tree.find((row) => row.id === deepest.parent)?.parent, root.id);
});

test('AC-13: orphans stand apart until their parent speaks', async () => {
  const page = await open(browser, collector.origin);
  await page.goto('/');
  const section = page.getByRole('region', { name: 'Parent not seen yet' });
  assert.equal(await section.locator('li.g').count(), 3);
  assert.match(await section.innerText(), /parent unseen-one unknown/);
  const orphan = () => rows(page).then((found) => found.find((row) => row.href === '/s/orphan-one'));
  const before = await orphan();
  await collector.post(new Story('unseen-one', 'lead').start('Here I am').events);
  await page.reload();
  await openAll(page);
  const adopted = await orphan();
  assert.equal(adopted.id, before.id);
  assert.equal(before.parent, null);
  assert.notEqual(adopted.parent, null);
  assert.equal(await section.locator('li.g').count(), 2);
  await page.context().close();
});

test('cycles are cut once and say so', async () => {
  const found = await forest();
  const ring = found.filter((row) => row.href.startsWith('/s/ring-'));
  assert.equal(ring.length, 3);
  assert.equal(new Set(ring.map((row) => row.root)).size, 1);
  assert.equal(ring.filter((row) => /\bcycle\b/.test(row.text)).length, 1);
  assert.match(found.find((row) => row.href === '/s/self').text, /\bdata\b/);
});

/** The stripe of each group's root, by tag. */
const stripes = (found) =>
  new Map(found.filter((row) => row.parent === null && /G\d/.test(row.text)).map((row) => [/G\d+/.exec(row.text)[0], row.stripe]));

test('AC-23: a tree has one colour, two trees have two', async () => {
  for (const colorScheme of SCHEMES) {
    const found = await forest({ colorScheme });
    for (const row of found) {
      assert.equal(row.stripe, found.find((other) => other.id === row.root).stripe, row.href);
    }
    const colours = [...stripes(found).values()];
    assert.ok(colours.length >= 4);
    for (const [at, one] of colours.entries()) {
      for (const other of colours.slice(at + 1)) assert.ok(distance(one, other) >= 0.05, `${one} ${other}`);
    }
    const page = await open(browser, collector.origin, { colorScheme });
    await page.goto('/');
    const accent = await page.locator('.bar nav a[aria-current]').evaluate((link) => getComputedStyle(link).borderBlockEndColor);
    assert.equal(stripes(found).get('G1'), accent);
    await page.context().close();
  }
});

test('AC-24: colours survive reload, restart, replay and another profile', async () => {
  const first = stripes(await forest());
  assert.deepEqual(stripes(await forest()), first);
  await collector.restart();
  assert.deepEqual(stripes(await forest()), first);
  await collector.restart(async (data) => {
    for (const suffix of ['', '-wal', '-shm']) await rm(join(data, `view.db${suffix}`), { force: true });
  });
  assert.deepEqual(stripes(await forest()), first);
});

/** A context whose reader chose something. */
async function withCookie(value, options = {}) {
  const page = await open(browser, collector.origin, options);
  await page.context().addCookies([{ name: 'ui', value, url: collector.origin }]);
  await page.goto('/?open=');
  return page;
}

test('AC-24: another accent changes group 1 and no other hue', async () => {
  const worn = async (value) => {
    const page = await withCookie(value);
    const found = stripes(await rows(page));
    await page.context().close();
    return found;
  };
  const [teal, red] = [await worn('v1.t:light.a:196.c:13'), await worn('v1.t:light.a:20.c:13')];
  assert.ok(distance(teal.get('G1'), red.get('G1')) > 0.1);
  for (const [tag, colour] of teal) {
    if (tag === 'G1') continue;
    const turn = Math.abs(hue(colour) - hue(red.get(tag)));
    assert.ok(Math.min(turn, 360 - turn) < 4, `${tag}: ${colour} ${red.get(tag)}`);
  }
});

test('AC-25: stripes and glyphs stand out from what they stand on', async () => {
  for (const colorScheme of SCHEMES) {
    const page = await open(browser, collector.origin, { colorScheme });
    await page.goto('/');
    const { colours, grounds } = await page.evaluate(() => {
      const of = (element, property, pseudo) => getComputedStyle(element, pseudo)[property];
      const all = (selector) => [...document.querySelectorAll(selector)];
      return {
        colours: [
          ...all('.tree .r').map((row) => of(row, 'borderInlineStartColor')),
          ...all('.tree .l:not(.more .l)').map((mark) => of(mark, 'backgroundColor', '::before')),
          ...all('.tree .b').map((badge) => of(badge, 'backgroundColor', '::before')),
        ],
        grounds: [of(document.documentElement, 'backgroundColor'), of(document.querySelector('.g > .r'), 'backgroundColor')],
      };
    });
    for (const colour of new Set(colours)) {
      for (const ground of grounds) assert.ok(contrast(colour, ground) >= 3, `${colour} on ${ground}, ${colorScheme}`);
    }
    await page.context().close();
  }
});

test('AC-26: text alone says group and status of every row', async () => {
  const page = await open(browser, collector.origin, { forcedColors: 'active' });
  await page.goto('/?open=');
  await openAll(page, 'li.gp');
  const found = await rows(page);
  const words = /\b(spawned|running|idle|waiting|completed|failed|cancelled|timeout|stalled|lost|quiet)\b/;
  for (const row of found) assert.match(row.text, words, row.href);
  const multiples = found.filter((row) => row.parent === null && /^\d/.test(row.text));
  assert.ok(multiples.length >= 5);
  for (const row of multiples) assert.match(row.text, /G\d+ [●■▲◆★⬟✚▼]/u, row.href);
  await page.context().close();
});

test('AC-27: the first paint has the theme of the cookie', async () => {
  const cases = [
    ['v1.t:dark', 'light', 'rgb(13, 17, 23)'],
    ['v1.t:light', 'dark', 'rgb(255, 255, 255)'],
    ['v1.t:auto', 'dark', 'rgb(13, 17, 23)'],
    ['v1.t:auto', 'light', 'rgb(255, 255, 255)'],
    ['rubbish', 'dark', 'rgb(13, 17, 23)'],
  ];
  for (const [value, colorScheme, ground] of cases) {
    const page = await withCookie(value, { colorScheme, javaScriptEnabled: false });
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), ground, value);
    await page.context().close();
  }
});

test('AC-28: the first visit is light', async () => {
  const page = await open(browser, collector.origin);
  let [requests, bytes] = [0, 0];
  page.on('requestfinished', async (request) => {
    requests += 1;
    const sizes = await request.sizes();
    bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  await page.goto('/', { waitUntil: 'networkidle' });
  assert.ok(requests <= 6, `${requests} requests`);
  assert.ok(bytes <= 45_000, `${bytes} bytes`);
  await page.context().close();
});
