// What screen readers are told of eight pages, word for word: snapshots/*.txt. After a change that is meant,
// ACCEPT_SNAPSHOTS=1 writes them anew; read the difference before it is committed.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertCalm, launch, open } from './lib/browser.mjs';
import { Story, groups } from './lib/data.mjs';
import { isLive } from './lib/live.mjs';

const FOLDER = join(import.meta.dirname, 'snapshots');
const NOW = '2026-11-20 12:00:00';
const BEGAN = Date.parse('2026-11-20T11:00:00Z');
const LIVE = ['forest', 'session', 'event', 'subtree'];

let collector, browser, pages;

before(async () => {
  [collector, browser] = await Promise.all([Collector.startWithClock(NOW), launch()]);
  const workers = Array.from({ length: 6 }, (_, n) => new Story(`worker-${n}`, 'worker', 'doc').start(`Draft part ${n}`).end('completed'));
  const events = [...groups(), ...workers.flatMap((story) => story.events)];
  const first = Math.min(...events.map((event) => Date.parse(event.timestamp)));
  const at = (timestamp) => new Date(Date.parse(timestamp) - first + BEGAN).toISOString();
  await collector.post(events.map((event) => ({ ...event, timestamp: at(event.timestamp) })));
  const { events: told } = await (await fetch(`${collector.origin}/sessions/coder-1`)).json();
  const failed = told.find((event) => event.type === 'operation.tool_end' && event.payload.success === false);
  pages = {
    forest: '/', session: '/s/coder-1', event: `/s/coder-1/e/${failed.banyan.position}`, subtree: '/s/orch/tree',
    timeline: '/s/orch/timeline', search: '/search?q=rounding', alerts: '/alerts?state=all', settings: '/settings',
  };
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

test('AC-47: screen readers are told what they were told before', async () => {
  await mkdir(FOLDER, { recursive: true });
  const page = await open(browser, collector.origin, { colorScheme: 'light', timezoneId: 'UTC', locale: 'en-GB' });
  await page.clock.setFixedTime(new Date(`${NOW.replace(' ', 'T')}Z`));
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path);
    if (LIVE.includes(name)) await isLive(page);
    const found = `${await page.locator('body').ariaSnapshot()}\n`;
    const file = join(FOLDER, `${name}.txt`);
    if (process.env.ACCEPT_SNAPSHOTS) await writeFile(file, found);
    const known = await readFile(file, 'utf8').catch(() => '');
    assert.equal(found, known, `${file} is not what the page says; if that is meant: ACCEPT_SNAPSHOTS=1`);
  }
  assertCalm(page);
  await page.context().close();
});
