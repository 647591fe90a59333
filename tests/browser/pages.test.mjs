// Every page: accessible, calm, and as wide as its window.

import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { chain, cycles, fan, groups, orphans, realRun } from './lib/data.mjs';

let collector, browser, paths;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.postLines(await realRun());
  await collector.post([...groups(), ...orphans(), ...cycles(), ...chain(60), ...fan(300)]);
  const page = await open(browser, collector.origin);
  await page.goto('/s/coder-1');
  const events = await page.locator('.say .l').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const last = /\d+/.exec(events.at(-1).split('/e/')[1])[0];
  await page.context().close();
  paths = [
    '/', '/?open=', '/s/orch', '/s/coder-1', '/s/coder-1?k=think', '/s/coder-1?k=act', '/s/coder-1?k=life',
    '/s/coder-1?k=err', '/s/doc', '/s/alone', '/s/orphan-one', '/s/ring-a', '/s/self', '/s/chain-59', '/s/shard-250',
    ...['', '/timeline', '/tree'].map((page) => `/s/orch${page}?at=${last}`), `${events.at(-1).split('?')[0].split('#')[0]}?at=${last}`, '/?at=1',
    ...events.filter((_, at) => at % 3 === 0), '/views', '/s/nobody', '/s/coder-1/e/999999', '/s/orch?at=999999', '/no/such/page',
  ];
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-41, AC-43: every page is accessible and calm, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      for (const path of paths) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });

    test(`AC-1, AC-40: no page needs a script or is too wide, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport, javaScriptEnabled: false });
      for (const path of paths) {
        await page.goto(path);
        await page.locator('main h1').waitFor();
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });
  }
}

test('AC-46: nothing is cut off at 200 % and with text spacing', async () => {
  const page = await open(browser, collector.origin, { viewport: { width: 640, height: 400 } });
  for (const path of ['/', '/s/coder-1', '/s/nobody']) {
    await page.goto(path);
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }');
      document.adoptedStyleSheets = [sheet];
    });
    await assertFits(page);
  }
  await page.context().close();
});
