// Pages that are patched for long: what was put into them has not come twice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertAccessible, assertCalm, launch, open } from './lib/browser.mjs';
import { Story } from './lib/data.mjs';
import { Thinker, follow, send, until } from './lib/live.mjs';

const PATCHES = 1_000;
const TREES = 12;
const CHILDREN = 7;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** Counts rows of trees and of feeds that are put in or changed. */
const count = (page) => page.evaluate(() => {
  window.patches = 0;
  const seen = (records) => {
    for (const { type, addedNodes } of records) window.patches += type === 'attributes' ? 1 : [...addedNodes].filter((node) => node.matches?.('li[id]')).length;
  };
  new MutationObserver(seen).observe(document.querySelector('main'), { attributeFilter: ['data-v'], childList: true, subtree: true });
});

/** Ids that stand more than once, and names that point at nothing. */
const faults = (page) => page.evaluate(() => {
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  const pointed = [...document.querySelectorAll('[aria-labelledby]')].map((one) => one.getAttribute('aria-labelledby'));
  return [...ids.filter((id, at) => ids.indexOf(id) !== at), ...pointed.filter((id) => !document.getElementById(id))];
});

test('AC-44: after a thousand live patches every id stands once', async (t) => {
  const stories = Array.from({ length: TREES }, (_, tree) => [
    new Thinker(`root-${tree}`, 'boss'),
    ...Array.from({ length: CHILDREN }, (_, child) => new Thinker(`child-${tree}-${child}`, child < 6 ? 'worker' : 'tester', `root-${tree}`)),
  ]).flat();
  const lost = Array.from({ length: TREES }, (_, n) => new Story(`lost-${n}`, 'summariser', `late-${n}`).start('Wait'));
  await collector.post([...stories.flatMap((story) => story.next(1)), ...lost.flatMap((story) => story.events)]);
  const pages = await Promise.all(['/', '/s/child-0-3'].map(async (path) => {
    const page = await open(browser, collector.origin);
    await follow(page, path);
    await count(page);
    return page;
  }));
  const [forest, session] = pages;
  let round = 0;
  while ((await forest.evaluate(() => window.patches)) + (await session.evaluate(() => window.patches)) < PATCHES) {
    // Parents that come late, sessions that are new and sessions that end: rows move, come, and fold.
    const late = round < TREES ? new Story(`late-${round}`, 'lead').start('Here I am').events : [];
    const fresh = new Thinker(`fresh-${round}`, 'worker', `root-${round % TREES}`).next(1);
    const tree = stories.slice((round % TREES) * (CHILDREN + 1) + 1).slice(0, 5);
    const ends = TREES < round && round <= 2 * TREES ? tree.flatMap((story) => story.end('completed')) : [];
    await send(collector, [...stories.flatMap((story) => story.next(1)), ...late, ...fresh, ...ends]);
    await until(session, (text) => document.getElementById('feed').textContent.includes(text), `Thought ${round + 2}.`);
    round += 1;
  }
  for (const page of pages) {
    t.diagnostic(`${await page.evaluate(() => window.patches)} patches of ${page.url()}`);
    assert.deepEqual(await faults(page), []);
    await assertAccessible(page);
    assertCalm(page);
    await page.context().close();
  }
});
