// Alerts and refused input: found, acknowledged, and said on every page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { DESKTOP, PHONE, SCHEMES, assertAccessible, assertCalm, assertFits, launch, open } from './lib/browser.mjs';
import { Story } from './lib/data.mjs';

let collector, browser;

/** An agent whose tool fails again and again. */
function cascade(id, agent = 'coder') {
  const story = new Story(id, agent).start('Port the invoice module');
  for (let at = 0; at < 5; at += 1) story.call('bash', { command: `cargo test ${at}` }, { success: false, error: 'exit 101' });
  return story.events;
}

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
  await collector.post([...cascade('one'), ...cascade('two'), ...cascade('three', 'tester')]);
  await fetch(`${collector.origin}/events`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"spec": "aop/9", "type": "<b>"}',
  });
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('AC-36: acknowledging works with scripts off, and the list says so', async () => {
  const page = await open(browser, collector.origin, { javaScriptEnabled: false });
  await page.goto('/alerts');
  assert.match(await page.title(), /^\(3\) Alerts/);
  assert.equal(await page.locator('.al-open').textContent(), '3 open');
  const rows = page.locator('.al-row');
  assert.equal(await rows.count(), 3);
  await rows.filter({ hasText: 'tester' }).getByRole('button', { name: /^Acknowledge/ }).click();
  assert.equal(new URL(page.url()).pathname, '/alerts');
  assert.equal(await rows.count(), 2);
  assert.match(await page.title(), /^\(2\) Alerts/);
  await page.getByRole('link', { name: /^Acknowledged/ }).click();
  assert.match(await rows.first().innerText(), /tester[\s\S]*acknowledged/);
  await rows.first().getByRole('button', { name: /^Reopen/ }).click();
  assert.equal(await rows.count(), 0, 'one stays where one was');
  await page.goto('/');
  assert.equal(await page.locator('.al-open').textContent(), '3 open');
  assertCalm(page);
  await page.context().close();
});

test('AC-36: a new critical alert is said once, and counted in the title', async () => {
  const page = await open(browser, collector.origin);
  await page.goto('/');
  await page.waitForFunction(() => document.getElementById('pill')?.textContent === 'Live');
  assert.match(await page.title(), /^\(3\) Sessions/);
  assert.equal(await page.getByRole('alert').textContent(), '');
  await page.evaluate(() => {
    window.alerts = [];
    new MutationObserver(() => window.alerts.push(document.getElementById('live-alert').textContent))
      .observe(document.getElementById('live-alert'), { childList: true, characterData: true, subtree: true });
  });
  const events = cascade('four', 'reviewer');
  for (const event of events) await collector.post([event]);
  await page.waitForFunction(() => document.title.startsWith('(4) Sessions'));
  assert.equal(await page.locator('.al-open').textContent(), '4 open');
  const last = new Story('end').start('Later').end('completed').events;
  await collector.post(last);
  await page.locator('.tree .l', { hasText: 'Later' }).or(page.locator('#new:not([hidden])')).first().waitFor();
  const said = await page.evaluate(() => window.alerts);
  assert.equal(said.length, 1, said.join());
  assert.match(said[0], /^New critical alert: error cascade in four, from #/);
  const id = (await (await fetch(`${collector.origin}/alerts?session=four`)).json()).alerts[0].id;
  await fetch(`${collector.origin}/alerts/${id}/ack`, { method: 'POST' });
  await page.waitForFunction(() => document.title.startsWith('(3) Sessions'));
  assertCalm(page);
  await page.context().close();
});

test('an alert leads to its evidence, its session, and those like it', async () => {
  const page = await open(browser, collector.origin);
  await page.goto('/alerts');
  await page.locator('.al-row').filter({ hasText: 'tester' }).getByRole('link', { name: /error cascade/ }).click();
  await page.locator('h1', { hasText: 'error cascade of tester' }).waitFor();
  assert.match(await page.locator('main').innerText(), /No other session of this agent type/);
  await page.getByRole('link', { name: /^event #/ }).first().click();
  await page.locator('.insp').waitFor();
  await page.goto('/alerts');
  await page.locator('.al-kin a').click();
  assert.match(await page.locator('main').innerText(), /Of the agent type coder only/);
  assert.equal(await page.locator('.al-row').count(), 2);
  await page.getByRole('link', { name: 'quarantine' }).click();
  assert.match(await page.locator('.al-row').innerText(), /only aop\/1 and/);
  assertCalm(page);
  await page.context().close();
});

for (const scheme of SCHEMES) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`AC-40, AC-43: alerts and quarantine are accessible and fit, ${scheme}, ${device}`, async () => {
      const page = await open(browser, collector.origin, { colorScheme: scheme, viewport });
      await page.goto('/alerts');
      const alert = await page.locator('.al-sev').first().getAttribute('href');
      for (const path of ['/alerts', '/alerts?state=closed', '/alerts?state=all&agent=coder', alert, '/alerts/never', '/quarantine']) {
        await page.goto(path);
        await assertAccessible(page);
        await assertFits(page);
      }
      assertCalm(page);
      await page.context().close();
    });
  }
}
