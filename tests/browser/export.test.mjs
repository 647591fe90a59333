// A subtree as one page, saved and opened from the disk.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { ATTACKS, groups, hostile } from './lib/data.mjs';

let collector, browser, folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-saved-'));
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...groups(), ...hostile()]);
});

after(() => Promise.all([collector?.stop(), browser?.close(), rm(folder, { recursive: true, force: true })]));

/** Saves a session's page the way a reader does; where it lies. */
async function save(session) {
  const page = await open(browser, collector.origin);
  await page.goto(session);
  await page.locator('.raw summary').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'works offline' }).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  assertCalm(page);
  await page.context().close();
  return path;
}

/** Opens a saved page without a network; every request beside the page itself is a misstep. */
async function openSaved(path, options = {}) {
  const page = await open(browser, 'file://', { offline: true, ...options });
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  const close = async () => {
    assert.deepEqual(requests, [pathToFileURL(path).href]);
    assert.deepEqual(page.missteps.filter((misstep) => !misstep.startsWith('request: file:')), []);
    await page.context().close();
  };
  return { page, close };
}

test('AC-37: a saved page shows the tree and its feeds from the disk, without a request', async () => {
  const path = await save('/s/orch');
  assert.match(path, /orch\.html$/);
  for (const colorScheme of SCHEMES) {
    for (const viewport of [DESKTOP, PHONE]) {
      const { page, close } = await openSaved(path, { colorScheme, viewport });
      assert.deepEqual(await page.locator('nav b').allInnerTexts(), ['orchestrator', 'coder', 'tester', 'reviewer']);
      assert.match(await page.locator('main').innerText(), /3 tests failed/);
      await page.locator('nav a', { hasText: 'coder' }).click();
      assert.match(page.url(), /#s-/);
      const call = page.locator('summary', { hasText: 'cargo test -- rounding' });
      await call.click();
      assert.match(await page.locator('details[open] pre').first().innerText(), /"command": "cargo test -- rounding"/);
      await assertFits(page);
      await assertAccessible(page);
      await close();
    }
  }
});

test('AC-42: what agents wrote does nothing in a saved page', async () => {
  const page = await open(browser, collector.origin);
  await page.goto('/');
  for (const number of [0, 3, 14, ATTACKS.length - 1]) {
    const id = `${ATTACKS[number].replaceAll('\u0000', '')} ${number}`;
    const saved = await openSaved(await save(`/s/${encodeURIComponent(id)}`));
    assert.equal(await saved.page.locator('script, img, iframe, form, base, main h1').count(), 0);
    assert.equal(await saved.page.evaluate(() => typeof globalThis.owned), 'undefined');
    await saved.page.locator('summary').first().click();
    await saved.close();
  }
  await page.context().close();
});
