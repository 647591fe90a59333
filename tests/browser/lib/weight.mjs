// What pages weigh: bytes as they are and as they travel, elements, requests.

import { gzipSync } from 'node:zlib';

/** An answer's body, plain and gzipped by the server, in bytes. */
export async function weigh(origin, path) {
  const ask = (encoding) =>
    fetch(`${origin}${path}`, { headers: { accept: 'text/html', 'accept-encoding': encoding } });
  const plain = await ask('identity');
  if (plain.status !== 200) throw new Error(`${plain.status}: ${path}`);
  const body = await plain.text();
  // Clients decompress by themselves and do not say how much came; the server compresses alike.
  return { raw: Buffer.byteLength(body), gzip: gzipSync(body).length, body };
}

/** Everything that a first visit to `path` asks for. */
export async function visit(page, path) {
  const requests = [];
  page.on('requestfinished', (request) => requests.push(request));
  await page.goto(path, { waitUntil: 'networkidle' });
  const loaded = await Promise.all(requests.map(async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    return { url: new URL(request.url()), type: request.resourceType(), bytes: responseBodySize + responseHeadersSize };
  }));
  page.removeAllListeners('requestfinished');
  const sum = (type) => loaded.filter((one) => !type || one.type === type).reduce((bytes, one) => bytes + one.bytes, 0);
  return {
    requests: loaded.length,
    bytes: sum(),
    scripts: sum('script'),
    styles: sum('stylesheet'),
    foreign: loaded.filter((one) => one.url.origin !== new URL(page.url()).origin && one.url.protocol !== 'data:').length,
    elements: await page.evaluate(() => document.querySelectorAll('*').length),
  };
}
