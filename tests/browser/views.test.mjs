// Saved views and files of what was found, without a script.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { groups } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post(groups());
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

async function save(page, name) {
  await page.getByText('Save view').click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

test('AC-1: a query is saved under a name, found again and forgotten with scripts off', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/?q=status:failed&sort=cost');
  await save(page, 'My <b>failures</b>');
  assert.equal(page.url(), `${collector.origin}/?q=status:failed&sort=cost`);
  const mine = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'My <b>failures</b>' });
  assert.equal(await mine.getAttribute('aria-current'), 'true');
  await page.goto('/search?q=exit&in=events');
  await save(page, 'Exits');
  await page.goto('/search');
  await page.getByRole('navigation', { name: 'Saved searches' }).getByRole('link', { name: 'Exits' }).click();
  assert.match(page.url(), /\/search\?q=exit/);
  await page.goto('/v/my-b-failures-b');
  assert.match(page.url(), /q=status:failed&sort=cost$/);
  await page.getByText('Save view').click();
  await page.getByRole('link', { name: 'All saved views' }).click();
  assert.equal(await page.locator('.saved li').count(), 2);
  await page.getByRole('button', { name: 'Forget My <b>failures</b>' }).click();
  assert.deepEqual(await page.locator('.saved bdi').allTextContents(), ['Exits']);
  const stranger = await open(browser, collector.origin, { javaScriptEnabled: false });
  await stranger.goto('/views');
  assert.match(await stranger.locator('main').innerText(), /There are none yet/);
  await stranger.context().close();
  assertCalm(page);
  await page.context().close();
});

test('what matches is taken away from where it is seen', async () => {
  const page = await open(browser, collector.origin);
  for (const [path, name, lines] of [
    ['/?q=status:failed', 'banyan-sessions.csv', 3],
    ['/', 'banyan-sessions.csv', 8],
    ['/search?q=tool:bash', 'banyan-events.csv', 5],
  ]) {
    await page.goto(path);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
    assert.equal(download.suggestedFilename(), name);
    const text = await readFile(await download.path(), 'utf8');
    assert.equal(text.split('\r\n').length - 1, lines, path);
  }
  await page.context().close();
});

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-40, AC-43: saved views are accessible and fit, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      await page.goto('/views');
      await assertAccessible(page);
      await page.goto('/?q=agent:coder');
      await save(page, 'A name as long as a name may be, so long.');
      for (const path of ['/', '/search', '/search?q=exit', '/views']) {
        await page.goto(path);
        for (const summary of await page.getByText('Save view').all()) await summary.click();
        await assertAccessible(page);
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });
  }
}
