// Chromium, and what every test wants to know about every page.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 375, height: 667 };
export const SCHEMES = ['light', 'dark'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export function launch() {
  return chromium.launch({
    executablePath: process.env.BANYAN_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // What a page asks for elsewhere never leaves the machine, and is noticed below.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** A page whose every misstep is written down in `page.missteps`. */
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, baseURL: origin, ...options });
  const page = await context.newPage();
  page.missteps = [];
  const note = (text) => page.missteps.push(`${text} on ${page.url()}`);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  page.on('console', (message) => {
    // A page that is meant to be an error says so in the console, too.
    const status = /the server responded with a status of 4(04|10)/.test(message.text());
    if (message.type() === 'error' && !status) note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    note(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'data:') note(`request: ${url.href}`);
  });
  page.on('requestfailed', (request) => {
    // The reader went on before it was there.
    const { errorText } = request.failure();
    if (errorText !== 'net::ERR_ABORTED') note(`failed: ${request.url()} ${errorText}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) note(`${response.status()}: ${response.url()}`);
  });
  return page;
}

/** Nothing executed, nothing was blocked, nothing foreign was asked for. AC-41 */
export function assertCalm(page) {
  assert.deepEqual(page.missteps, []);
}

/** AC-43. Only where scripts run: axe is one. */
export async function assertAccessible(page) {
  // Trees out of sight have no boxes to measure: lay them out, as scrolling to them would.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.tree > .g { content-visibility: visible !important }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
  const found = violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}\n${node.failureSummary}`),
  );
  assert.deepEqual(found, [], page.url());
}

/** AC-11, AC-40 */
export async function assertFits(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(excess, 0, `${page.url()} is ${excess} px too wide`);
}

/** The sessions on a page: for each row of a tree its id and what can be read of it. */
export function rows(page) {
  return page.locator('li.n:not(.more)').evaluateAll((items) =>
    items.map((item) => ({
      id: item.id,
      href: item.querySelector(':scope > .r > .l').getAttribute('href'),
      text: item.querySelector(':scope > .r').innerText,
      root: item.closest('.g').id,
      parent: item.parentElement.closest('li.n')?.id ?? null,
      stripe: getComputedStyle(item.querySelector(':scope > .r')).borderInlineStartColor,
    })),
  );
}

/** Whatever branches were asked for are there. */
export async function settled(page) {
  while ((await page.locator('[aria-busy=true]').count()) > 0) await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
}

/** The row of the session `id` in a tree. From the link up: looking for what has it takes minutes in large trees. */
export const rowOf = (page, id) => page.locator(`.tree .l[href="/s/${id}"], .tree .l[href^="/s/${id}?"]`).locator('xpath=../..');

/** The word of the status in a link of a tree: its own text, without that of any element in it. */
export const statusWord = (link) => [...link.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join('').trim();

/** The session whose row has the focus; else what has it. */
export const focused = (page) => page.evaluate(() => {
  const item = document.activeElement;
  if (!item.matches('li.n')) return item.outerHTML.slice(0, 80);
  return decodeURIComponent(item.querySelector('.l').pathname.replace('/s/', ''));
});

// As many as a link can name.
const OPEN_MAX = 60;

/** Follows the links that show children until none is left; returns how many there were. */
export async function openAll(page, within = '') {
  for (let opened = 0; opened <= OPEN_MAX; opened += 1) {
    const toggle = page.locator(`${within} a.w:not(.open)`).first();
    if ((await toggle.count()) === 0) return opened;
    await toggle.click();
    await settled(page);
  }
  throw new Error(`more than ${OPEN_MAX} nodes to open on ${page.url()}`);
}
