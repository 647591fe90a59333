// Pictures of a running collector's pages: node screenshots.mjs http://127.0.0.1:4317 [folder]
// Meant for `banyan demo` after a minute or two.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DESKTOP, PHONE, SCHEMES, launch, open } from './lib/browser.mjs';

const origin = process.argv[2]?.replace(/\/$/, '');
const folder = resolve(process.argv[3] ?? join(import.meta.dirname, 'out'));
if (!origin) throw new Error('usage: node screenshots.mjs ORIGIN [FOLDER]');

await mkdir(folder, { recursive: true });
const browser = await launch();
const paths = await choose();
for (const colorScheme of SCHEMES) {
  for (const viewport of [DESKTOP, PHONE]) {
    const deviceScaleFactor = 2;
    const page = await open(browser, origin, { colorScheme, viewport, deviceScaleFactor });
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(path);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${viewport.width}.png`) });
    }
    await page.context().close();
  }
}
await browser.close();

/** The forest, a session with a failed call in a tree, that call, an alert, and a page that is not there. */
async function choose() {
  const page = await open(browser, origin);
  await page.goto('/');
  const sessions = await page.locator('.tree ul .l.fail, .tree ul .l').evaluateAll((links) =>
    links.map((link) => link.getAttribute('href')));
  const found = {
    forest: '/', missing: '/s/unknown', search: '/search?q=e*', 'search-none': '/search?q=error+cost%3E99', filter: '/?q=status:failed',
  };
  for (const session of sessions) {
    await page.goto(session);
    const failed = page.locator('.ev.bad .say .l').last();
    if ((await failed.count()) === 0) continue;
    Object.assign(found, { session, event: await failed.getAttribute('href'), ...(await tree(page, session)) });
    break;
  }
  const position = /\/e\/(\d+)/.exec(found.event ?? '')?.[1];
  if (position) Object.assign(found, { past: `${found.session}?at=${position}`, tooEarly: `${found.session}?at=1` });
  await page.goto('/alerts?state=all');
  const alert = page.locator('.al-sev').first();
  Object.assign(found, { alerts: '/alerts?state=all', quarantine: '/quarantine', settings: '/settings', views: '/views' });
  if ((await alert.count()) > 0) found.alert = await alert.getAttribute('href');
  await page.context().close();
  return found;
}

/** The other pages about a session's tree, and the file that shows it without a collector. */
async function tree(page, session) {
  const root = await page.locator('.side .tree > li > .r > .l').getAttribute('href');
  const file = join(folder, 'export.html');
  const { pathname } = new URL(root, origin);
  await writeFile(file, await (await fetch(`${origin}${pathname}/export.html`)).text());
  return {
    timeline: `${session}/timeline`, 'timeline-table': `${session}/timeline?view=table`,
    subtree: `${pathname}/tree`, export: pathToFileURL(file).href,
  };
}
