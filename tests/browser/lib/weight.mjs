// What pages weigh and how long they take: bytes as they are and as they travel, elements,
// requests, the time until the first byte.

import http from 'node:http';

// One connection, kept: what is measured is the page and not the handshake.
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Asks for a page; `bytes` is the body as it travelled, `firstByteMs` the wait for its head. */
export function ask(origin, path, headers = {}) {
  return new Promise((answered, failed) => {
    const begun = performance.now();
    const request = http.get(`${origin}${path}`, { agent, headers: { accept: 'text/html', ...headers } }, (response) => {
      const firstByteMs = performance.now() - begun;
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        answered({ status: response.statusCode, firstByteMs, bytes: body.length, body });
      });
    });
    request.on('error', failed);
  });
}

/** A page's size, plain and gzipped, in bytes, and how many elements it has. */
export async function weigh(origin, path) {
  const [plain, packed] = [await ask(origin, path), await ask(origin, path, { 'accept-encoding': 'gzip' })];
  if (plain.status !== 200) throw new Error(`${plain.status}: ${path}`);
  // Text is escaped, so whatever opens like a tag is one.
  const elements = plain.body.toString().match(/<[a-z]/g)?.length ?? 0;
  return { raw: plain.bytes, gzip: packed.bytes, elements };
}

/** The value below which `share` of `values` lie. */
export function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** Everything that a first visit to `path` asks for: all bytes, and those of the scripts and style sheets themselves. */
export async function visit(page, path) {
  const requests = [];
  const note = (request) => requests.push(request);
  page.on('requestfinished', note);
  // Not until the network is idle: a page that listens never is.
  await page.goto(path, { waitUntil: 'load' });
  page.off('requestfinished', note);
  const loaded = await Promise.all(requests.map(async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    return { url: new URL(request.url()), type: request.resourceType(), bytes: responseBodySize + responseHeadersSize };
  }));
  const { origin } = new URL(page.url());
  // Asked for again: a browser counts heads and chunks in.
  const files = async (type) => {
    const paths = loaded.filter((one) => one.type === type).map(({ url }) => url.pathname + url.search);
    const answers = await Promise.all(paths.map((path) => ask(origin, path, { 'accept-encoding': 'gzip' })));
    return answers.reduce((sum, { bytes }) => sum + bytes, 0);
  };
  return {
    requests: loaded.length,
    bytes: loaded.reduce((bytes, one) => bytes + one.bytes, 0),
    scripts: await files('script'),
    styles: await files('stylesheet'),
    foreign: loaded.filter((one) => one.url.origin !== origin && one.url.protocol !== 'data:').length,
  };
}

/** Notes how calmly the pages of `page` come to rest; `calm` tells. */
export const watch = (page) => page.addInitScript(() => {
  window.seen = { shifts: [], frames: [], tasks: [], paints: [] };
  window.notes = [];
  const note = (type, to) => {
    const take = (entries) => window.seen[to].push(...entries);
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type, buffered: true });
    window.notes.push(() => take(observer.takeRecords()));
  };
  note('layout-shift', 'shifts');
  note('long-animation-frame', 'frames');
  note('longtask', 'tasks');
  note('largest-contentful-paint', 'paints');
});

/** Of the page as it is: the layout shift that its reader did not cause, the longest that our scripts kept it busy in
 * one frame, the time for which tasks blocked it, and when the largest part was painted, in ms. */
export const calm = (page) => page.evaluate(async () => {
  // Entries come when a frame is done.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  window.notes.forEach((take) => take());
  const { shifts, frames, tasks, paints } = window.seen;
  const sum = (values) => values.reduce((all, one) => all + one, 0);
  return {
    shift: sum(shifts.filter((shift) => !shift.hadRecentInput).map((shift) => shift.value)),
    scripts: Math.max(0, ...frames.map((frame) => sum(frame.scripts.map((script) => script.duration)))),
    blocked: sum(tasks.map((task) => task.duration - 50)),
    painted: paints.at(-1)?.startTime ?? 0,
  };
});
