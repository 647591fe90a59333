// A generated forest of a thousand sessions: wide, deep, odd, hostile. Pages stay small and calm.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { calm, visit, watch, weigh } from './lib/weight.mjs';

const ELEMENTS_MAX = 2_400;
const FOREST_ROWS = 200;
const HTML_MAX_BYTES = 20_000;
const VISIT_MAX_BYTES = 45_000;
const SCRIPTS_MAX_BYTES = 8_000;
const TIMELINE_SCRIPTS_MAX_BYTES = 10_000;
// Ours, those of groups and of the reader's primary colour.
const STYLES_MAX_BYTES = 10_100;
const SHIFT_MAX = 0.02;
const TASK_MAX_MS = 50;
// What else the machine does at the moment is not the page's fault.
const ATTEMPTS = 3;
const VIEWS = ['', '/timeline', '/tree'];

let collector, browser, paths;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.generate(1_000);
  const { sessions } = await (await fetch(`${collector.origin}/sessions?limit=1000`)).json();
  const odd = (text) => sessions.find((session) => session.goal?.includes(text)).id;
  const long = sessions.find((session) => session.goal?.length > 4_000).id;
  const ids = ['wide', 'wide-7', 'chain-0', 'chain-59', 'orphan-1', 'cycle-0', long, ...['<script>', 'שלום', '🌳'].map(odd)];
  paths = ['/', '/?open=', ...ids.flatMap((id) => VIEWS.map((view) => `/s/${id}${view}`)), '/s/wide/timeline?view=table'];
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('AC-11: no page has more elements than a browser likes, whatever the forest', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  for (const path of paths.filter((path) => !path.includes('/timeline'))) {
    await page.goto(path);
    const elements = await page.locator('*').count();
    assert.ok(elements <= ELEMENTS_MAX, `${path}: ${elements} elements`);
  }
  await page.goto('/');
  assert.equal(await page.locator('li.n:not(.more)').count(), FOREST_ROWS);
  await page.goto('/s/wide/tree?open=');
  await page.getByRole('link', { name: 'Show 100 children of' }).click();
  assert.equal(await page.locator('.l[href^="/s/wide-"]').count(), 100);
  await page.context().close();
});

test('AC-28: pages are light and nothing comes from elsewhere', async () => {
  for (const path of paths) {
    const { gzip } = await weigh(collector.origin, path);
    assert.ok(gzip <= HTML_MAX_BYTES, `${path}: ${gzip} bytes`);
  }
  for (const path of ['/', '/s/wide', '/s/wide/timeline', '/s/chain-0/tree']) {
    const page = await open(browser, collector.origin);
    const { bytes, scripts, styles, foreign } = await visit(page, path);
    assert.ok(bytes <= VISIT_MAX_BYTES, `${path}: ${bytes} bytes`);
    const most = path.endsWith('/timeline') ? TIMELINE_SCRIPTS_MAX_BYTES : SCRIPTS_MAX_BYTES;
    assert.ok(scripts <= most, `${path}: ${scripts} bytes of scripts`);
    if (!path.endsWith('/timeline')) assert.ok(styles <= STYLES_MAX_BYTES, `${path}: ${styles} bytes of style sheets`);
    assert.equal(foreign, 0, path);
    await page.context().close();
  }
});

test('AC-29: pages come to rest without shifting, and no script of ours is long', async () => {
  for (const path of ['/', '/s/wide', '/s/wide/timeline', '/s/chain-0/tree']) {
    let longest = Infinity;
    for (let attempt = 0; attempt < ATTEMPTS && TASK_MAX_MS < longest; attempt += 1) {
      const page = await open(browser, collector.origin);
      await watch(page);
      await page.goto(path);
      await page.waitForFunction(() => document.getElementById('pill').hidden || document.getElementById('pill').textContent === 'Live');
      const { shift, scripts } = await calm(page);
      assert.ok(shift <= SHIFT_MAX, `${path}: shifts by ${shift}`);
      longest = Math.min(longest, scripts);
      await page.context().close();
    }
    assert.ok(longest <= TASK_MAX_MS, `${path}: scripts take ${longest} ms in one frame`);
  }
});

test('AC-29: orphans below a short forest are at their place at once', async () => {
  const short = await Collector.start();
  try {
    await short.generate(100);
    const page = await open(browser, short.origin);
    await watch(page);
    await page.goto('/');
    await page.waitForFunction(() => document.getElementById('pill').textContent === 'Live');
    const { shift } = await calm(page);
    assert.ok(shift <= SHIFT_MAX, `shifts by ${shift}`);
    await page.context().close();
  } finally {
    await short.stop();
  }
});

for (const colorScheme of SCHEMES) {
  test(`AC-41, AC-42, AC-43: odd shapes and texts break no page, ${colorScheme}`, async () => {
    const page = await open(browser, collector.origin, { colorScheme });
    for (const [at, path] of paths.entries()) {
      await page.setViewportSize(at % 2 === 0 ? DESKTOP : PHONE);
      await page.goto(path);
      assert.equal(await page.locator('h1').count(), 1, path);
      await assertFits(page);
      await assertAccessible(page);
    }
    assertCalm(page);
    await page.context().close();
  });
}

test('AC-39: print leaves the controls away and keeps groups and text', async () => {
  const page = await open(browser, collector.origin, { colorScheme: 'dark' });
  await page.goto('/');
  const onScreen = await page.locator('main').innerText();
  await page.emulateMedia({ media: 'print' });
  const text = await page.locator('body').innerText();
  const tags = onScreen.match(/G\d+ [●■▲◆★⬟✚▼]/gu);
  assert.ok(tags.length > 5);
  for (const tag of tags) assert.ok(text.includes(tag), tag);
  assert.equal(await page.locator('header.bar, .skip, .pages, .tabs').filter({ visible: true }).count(), 0);
  const ground = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  assert.equal(ground, 'light');
  assert.ok((await page.pdf()).length > 10_000);
  const paper = await page.locator('.paper').innerText();
  assert.match(paper, /as of event #[\d,]+ · \d{4}-\d\d-\d\d [\d:.]+ UTC/);
  assert.ok(paper.endsWith(page.url()), paper);
  await page.context().close();
});

test('AC-46: nothing is cut off at 200 % with text spacing, nothing moves for those who asked', async () => {
  const page = await open(browser, collector.origin, { viewport: { width: 640, height: 400 }, reducedMotion: 'reduce' });
  for (const path of paths) {
    await page.goto(path);
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }');
      document.adoptedStyleSheets = [sheet];
    });
    await assertFits(page);
    const moving = () => document.getAnimations().filter((one) => one.playState === 'running').length;
    assert.equal(await page.evaluate(moving), 0, path);
  }
  assertCalm(page);
  await page.context().close();
});
