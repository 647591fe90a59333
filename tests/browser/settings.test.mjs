// How a reader likes it: chosen in a form, kept in a cookie, there before anything is shown.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open, rows } from './lib/browser.mjs';
import { distance } from './lib/colour.mjs';
import { groups, realRun } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.postLines(await realRun());
  await collector.post(groups());
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

const pageColour = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

/** The stripe of every group by its tag, and the primary colour. */
async function colours(page) {
  await page.goto('/');
  const stripes = await page.locator('.tree > .g:has(.tag)').evaluateAll((items) =>
    items.map((item) => [
      item.querySelector('.tag').textContent,
      getComputedStyle(item.querySelector(':scope > .r')).borderInlineStartColor,
    ]));
  const accent = await page.locator('.home').evaluate((home) => getComputedStyle(home, '::before').backgroundColor);
  return { accent, ...Object.fromEntries(stripes) };
}

test('AC-1: settings work with scripts off, and last', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false, colorScheme: 'light' });
  await page.goto('/');
  await page.getByRole('link', { name: 'Settings' }).click();
  for (const label of ['dark', 'compact', 'absolute', 'off', 'violet']) {
    await page.getByRole('radio', { name: label, exact: true }).check();
  }
  await page.getByRole('button', { name: 'Save' }).click();
  assert.equal(await page.getByRole('status').first().textContent(), 'Saved.');
  const [cookie] = await page.context().cookies();
  assert.equal(cookie.value, 'v1.t:dark.a:290.c:13.d:compact.w:absolute.k:off.g:1');
  assert.equal(cookie.sameSite, 'Lax');
  const days = (cookie.expires - Date.now() / 1_000) / 86_400;
  assert.ok(days > 364 && days < 366, `${days} days`);
  await page.goto('/');
  const html = page.locator('html');
  for (const [name, word] of [['theme', 'dark'], ['density', 'compact'], ['times', 'absolute'], ['keys', 'off']]) {
    assert.equal(await html.getAttribute(`data-${name}`), word);
  }
  assert.equal(await pageColour(page), 'rgb(13, 17, 23)');
  assert.match(await page.locator('.tree time').first().textContent(), /^\d\d(:|-)/);
  await page.goto('/settings');
  for (const label of ['dark', 'compact', 'absolute', 'off', 'violet']) {
    assert.ok(await page.getByRole('radio', { name: label, exact: true }).isChecked(), label);
  }
  await page.getByLabel(/hue of your own/).fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  assert.match((await page.context().cookies())[0].value, /\.a:45\./);
  assertCalm(page);
  await page.context().close();
});

test('what is wrong is said, kept in its field, and changes nothing', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/settings');
  await page.getByRole('radio', { name: 'dark' }).check();
  await page.getByRole('radio', { name: 'violet' }).check();
  await page.getByLabel(/hue of your own/).fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  assert.match(await page.locator('.panel[role=alert]').innerText(), /Nothing was saved[\s\S]*not both/);
  assert.equal(await page.getByLabel(/hue of your own/).inputValue(), '45');
  assert.equal(await page.getByLabel(/hue of your own/).getAttribute('aria-invalid'), 'true');
  assert.ok(await page.getByRole('radio', { name: 'dark' }).isChecked());
  assert.deepEqual(await page.context().cookies(), []);
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'auto');
  await page.context().close();
});

test('absolute times stay absolute while the page is open', async () => {
  for (const [times, shape] of [['absolute', /^\d\d(:|-)/], ['relative', /ago|^now/]]) {
    const page = await open(browser, collector.origin);
    await page.context().addCookies([{ name: 'ui', value: `v1.w:${times}`, url: collector.origin }]);
    await page.clock.install();
    await page.goto('/');
    await page.clock.runFor(30_000);
    for (const text of await page.locator('.tree time').allTextContents()) assert.match(text, shape);
    await page.context().close();
  }
});

test('another group can wear my colour, for me alone', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  const usual = await colours(page);
  const sessions = await rows(page);
  const other = sessions.find((row) => row.text.includes('G2'));
  await page.goto(other.href);
  await page.locator('details.more summary').click();
  await page.getByRole('button', { name: 'Use my colour for G2' }).click();
  assert.equal(new URL(page.url()).pathname, other.href.split('?')[0]);
  const worn = await colours(page);
  assert.equal(worn['G2 ■'], worn.accent);
  assert.equal(worn.accent, usual.accent);
  assert.ok(distance(worn['G1 ●'], worn.accent) > 0.05, 'group 1 wears its own');
  const stranger = await open(browser, collector.origin);
  assert.deepEqual(await colours(stranger), usual);
  assertCalm(page);
});

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-40, AC-43: settings are accessible and fit, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      for (const path of ['/settings', '/settings?saved=1']) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      await page.getByLabel(/hue of your own/).fill('45');
      await page.getByRole('radio', { name: 'violet' }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('.panel[role=alert]').waitFor();
      await assertAccessible(page);
      await assertFits(page);
      await page.context().addCookies([{ name: 'ui', value: 'v1.d:compact.w:absolute', url: collector.origin }]);
      for (const path of ['/', '/s/coder-1']) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      await page.context().close();
    });
  }
}
