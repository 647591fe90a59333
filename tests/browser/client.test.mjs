// The TypeScript client in a page of the collector's own origin, served from its sources.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Collector } from './lib/collector.mjs';
import { assertCalm, launch, open } from './lib/browser.mjs';

const CLIENT = resolve(import.meta.dirname, '../../clients/typescript/src');
const PATIENCE_MS = 10_000;
const APP = `
import { AOPClient } from '/client/index.js';
const sessionId = location.hash.slice(1);
// What is left to the end must not have been sent before.
const fetch = sessionId === 'left' ? () => new Promise(() => {}) : undefined;
window.agent = new AOPClient({ agentId: 'page', endpoint: location.origin, sessionId, fetch });
window.agent.sessionStarted({ goal: 'Work in a page' });`;

let collector, browser;

before(async () => {
  [collector, browser] = await Promise.all([Collector.start(), launch()]);
});

after(() => Promise.all([collector?.stop(), browser?.close()]));

/** A page with an agent of that session in it. */
async function agentIn(session) {
  const page = await open(browser, collector.origin);
  const javascript = (body) => ({ body, contentType: 'text/javascript' });
  await page.route('**/client/*.js', async (route) => {
    const name = new URL(route.request().url()).pathname.replace('/client/', '');
    await route.fulfill(javascript(await readFile(resolve(CLIENT, name), 'utf8')));
  });
  await page.route('**/app.js', (route) => route.fulfill(javascript(APP)));
  await page.route('**/page', (route) => {
    const body = '<!doctype html><title>Agent</title><script type="module" src="/app.js"></script>';
    return route.fulfill({ body, contentType: 'text/html' });
  });
  await page.goto(`/page#${session}`);
  await page.waitForFunction(() => window.agent !== undefined);
  return page;
}

/** What a session has said, once it has said so much. */
async function said(session, count) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const news = (await fetch(`${collector.origin}/stream`, { signal })).body.getReader();
  for (;;) {
    const answer = await fetch(`${collector.origin}/sessions/${session}/export`, { signal });
    const lines = answer.ok ? (await answer.text()).trim().split('\n') : [];
    if (count <= lines.length) {
      await news.cancel();
      return lines.map((line) => JSON.parse(line).type);
    }
    await news.read();
  }
}

test('an agent in a page sends what it says', async () => {
  const page = await agentIn('in-a-page');
  const [id, flushed] = await page.evaluate(async () => {
    const child = await window.agent.agentSpawn('helper', { goal: 'Help' });
    return [child, await window.agent.flush()];
  });
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(flushed, true);
  assert.deepEqual(await said('in-a-page', 2), ['session.started', 'operation.agent_spawn']);
  assertCalm(page);
  await page.context().close();
});

test('a page that is left hands over what it has not sent', async () => {
  const page = await agentIn('left');
  await page.evaluate(() => {
    window.agent.sessionEnded('completed');
    location.href = '/';
  });
  assert.deepEqual(await said('left', 2), ['session.started', 'session.ended']);
  await page.context().close();
});
