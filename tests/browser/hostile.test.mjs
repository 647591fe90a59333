// Hostile text in every field of every type of event: shown, never obeyed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { ATTACKS, hostile } from './lib/data.mjs';

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post(hostile());
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

async function links(page, selector) {
  return page.locator(selector).evaluateAll((all) => all.map((link) => link.getAttribute('href')));
}

/** A page on which an attack would be noticed. */
async function victim() {
  const page = await open(browser, collector.origin);
  await page.exposeFunction('owned', () => page.missteps.push('owned'));
  return page;
}

test('the watch would notice an attack', async () => {
  const page = await victim();
  await page.route('**/trap', (route) => route.fulfill({
    contentType: 'text/html',
    headers: { 'content-security-policy': "default-src 'none'" },
    body: '<img src=x onerror=owned()><script>owned()</script><img src=https://evil.example/pixel.gif>',
  }));
  await page.goto('/trap');
  await page.waitForFunction(() => true);
  assert.ok(page.missteps.some((misstep) => misstep.startsWith('console: CSP')), `${page.missteps}`);
  await page.context().close();

  const bare = await victim();
  await bare.route('**/trap', (route) => route.fulfill({ contentType: 'text/html', body: '<script>owned()</script>' }));
  await bare.goto('/trap');
  assert.ok(bare.missteps.includes('owned'), `${bare.missteps}`);
  await bare.context().close();
});

test('AC-41, AC-42: nothing in any field executes, loads or breaks a page', async () => {
  const page = await victim();
  await page.goto('/?open=');
  await assertAccessible(page);
  const sessions = await links(page, '.forest .tree .l');
  assert.ok(sessions.length >= ATTACKS.length);
  let events = 0;
  for (const session of sessions) {
    await page.goto(session);
    await assertFits(page);
    assert.equal(await page.locator('h1').count(), 1);
    const inline = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) =>
      ['SCRIPT', 'STYLE', 'IFRAME', 'FORM', 'BASE', 'OBJECT'].includes(element.tagName) &&
        !element.matches('script[src^="/static/"]:empty, form.set-mine[action="/settings"]') ||
      element.getAttributeNames().some((name) => name === 'style' || name.startsWith('on'))).length);
    assert.equal(inline, 0, session);
    const foreign = (await links(page, '[href]')).filter((href) => !/^[/#]/.test(href) || href.startsWith('//'));
    assert.deepEqual(foreign, [], session);
    const rows = await links(page, '.say .l');
    events += rows.length;
    // Each attack in one kind of event each, all kinds over all attacks.
    for (const href of rows.filter((_, at) => at % 4 === sessions.indexOf(session) % 4)) {
      await page.goto(href);
      assert.equal(await page.locator('aside.insp').count(), 1);
      await assertFits(page);
    }
  }
  assert.ok(events >= 300, `${events} events with attacks`);
  assertCalm(page);
  await page.context().close();
});

test('AC-42: hostile text is shown as it was written', async () => {
  const page = await victim();
  await page.goto('/?open=');
  const text = await page.locator('main').evaluate((main) => main.textContent);
  for (const attack of ATTACKS) {
    const shown = attack.replaceAll('\u0000', '\u2400').replaceAll(/\s+/g, ' ');
    assert.ok(text.includes(shown), shown);
  }
  await page.context().close();
});
