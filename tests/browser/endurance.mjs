// Watches two live pages for as long as wanted and prints what they hold, as a table of Markdown:
//
//   node endurance.mjs [--minutes 30] [--rate 10]
//
// One page follows a session that says something all the time, the other the forest, in which
// sessions begin and end. `rate` events a second go to both together. Heaps are measured after a
// collection of garbage. The budget of AC-31: the heap grows by less than 10 MB after the first
// tenth of the time, and the elements stay bounded.

import { parseArgs } from 'node:util';
import { Collector } from './lib/collector.mjs';
import { launch, open } from './lib/browser.mjs';
import { Story } from './lib/data.mjs';
import { Thinker, follow } from './lib/live.mjs';

const { values: options } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, rate: { type: 'string', default: '10' } },
});
const MINUTE_MS = 60_000;
const LOOKS = 10;
const MB = 1_000_000;
const lasts = Number(options.minutes) * MINUTE_MS;
const everyMs = 1_000 / Number(options.rate);

const collector = await Collector.start();
const browser = await launch();
const thinker = new Thinker('endless');
await collector.post(thinker.next(10));
const pages = { session: await watched('/s/endless'), forest: await watched('/') };

console.log('| minute | events | page | heap, MB | elements | says |\n| --- | --- | --- | --- | --- | --- |');
const began = performance.now();
let sent = 0;
for (let look = 1; look <= LOOKS; look += 1) {
  while (performance.now() - began < (lasts * look) / LOOKS) {
    await collector.post(sent % 2 === 0 ? thinker.next(1) : passing((sent - 1) / 2));
    sent += 1;
    const due = began + sent * everyMs;
    await new Promise((passed) => setTimeout(passed, Math.max(0, due - performance.now())));
  }
  for (const [name, { page, devtools }] of Object.entries(pages)) {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    const minute = ((performance.now() - began) / MINUTE_MS).toFixed(0);
    console.log(`| ${[minute, sent, name, (usedSize / MB).toFixed(2), elements, await pill(page)].join(' | ')} |`);
  }
}
for (const { page } of Object.values(pages)) for (const misstep of page.missteps) console.log(misstep);
await Promise.all([collector.stop(), browser.close()]);

async function watched(path) {
  const page = await open(browser, collector.origin);
  await follow(page, path);
  return { page, devtools: await page.context().newCDPSession(page) };
}

/** The event `no` of sessions that pass by, ten events each. */
function passing(no) {
  const step = no % 10;
  const story = new Story(`passing-${(no - step) / 10}`, 'passer-by').lose(step);
  if (step === 0) return story.start(`Pass by, from ${no} on`).events;
  return step === 9 ? story.end('completed').events : story.tell('cognition.thought', { reasoning: `At ${no}` }).events;
}

function pill(page) {
  return page.locator('#pill').textContent();
}
