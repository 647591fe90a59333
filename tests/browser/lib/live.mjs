// Pages that are open while things happen.

import { Story } from './data.mjs';

export const PATIENCE = { timeout: 30_000 };

/** Opens `path` and waits until the page is told what happens. */
export async function follow(page, path) {
  await page.goto(path);
  await isLive(page);
}

export const isLive = (page) =>
  page.waitForFunction(() => document.getElementById('pill').textContent === 'Live', null, PATIENCE);

/** Waits until `check`, run in the page with `given`, is true. */
export const until = (page, check, given = null) => page.waitForFunction(check, given, PATIENCE);

/** Sends events and does not wait for anything but the receipt. */
export async function send(collector, events) {
  const answer = await fetch(`${collector.origin}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
}

/** The value of a gauge. */
export async function gauge(collector, name) {
  const text = await (await fetch(`${collector.origin}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

/** Waits until `check` holds for something outside of any page. */
export async function eventually(check, what) {
  const end = Date.now() + PATIENCE.timeout;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (end < Date.now()) throw new Error(`not within ${PATIENCE.timeout} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A session that thinks: `next(n)` gives its next `n` events. */
export class Thinker {
  #story;
  #thoughts = 0;

  constructor(id, agent = 'thinker', parent = null) {
    this.#story = new Story(id, agent, parent).start(`Think about ${id}`);
  }

  next(count) {
    for (let n = 0; n < count; n += 1) {
      this.#thoughts += 1;
      this.#story.tell('cognition.thought', { reasoning: `Thought ${this.#thoughts}.` });
    }
    return this.#story.events.splice(0);
  }

  end(outcome) {
    this.#story.end(outcome);
    return this.#story.events.splice(0);
  }
}

/** Says that the page is hidden, or shown again: headless browsers never do. */
export const hide = (page, hidden) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

/** The events of a session as the collector has them, by position. */
export async function positions(collector, id) {
  const answer = await (await fetch(`${collector.origin}/sessions/${id}`)).json();
  return answer.events.map((event) => event.banyan.position);
}

/** The events that a page shows, in its order. */
export const shown = (page) =>
  page.locator('#feed > li.ev').evaluateAll((rows) => rows.map((row) => Number(row.id.slice(2))));
