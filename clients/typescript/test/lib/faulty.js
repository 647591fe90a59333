// A collector that misbehaves as it is told, and remembers every line that reached it.

import { once } from 'node:events';
import { createServer } from 'node:http';

const RECEIPT = '{"ok":true,"accepted":1,"rejected":0}';

/** @type {Record<string, (body: string, request: any, response: any) => void>} */
const MANNERS = {
  ok: (_body, _request, response) => response.writeHead(200).end(RECEIPT),
  silent: () => {},
  busy: (_body, _request, response) => response.writeHead(503, { 'retry-after': '0' }).end('{}'),
  cutsTheAnswer: (_body, request, response) => {
    response.writeHead(200, { 'content-length': String(RECEIPT.length) });
    response.write(RECEIPT.slice(0, 9), () => request.socket.destroy());
  },
  oneAtATime: (body, request, response) => {
    const alone = request.headers['content-type'] === 'application/json' && !body.includes('\n');
    response.writeHead(alone ? 200 : 415).end(RECEIPT);
  },
  refusesPoison: (body, _request, response) => {
    response.writeHead(body.includes('poison') ? 400 : 200).end(RECEIPT);
  },
};

export class Faulty {
  #server;
  /** How the next requests are answered, and then the last of them for ever. */
  #manners;
  requests = [];

  /** Starts one that ends with its test. */
  static async start(test, ...manners) {
    const faulty = new Faulty();
    faulty.#manners = manners;
    faulty.#server = createServer((request, response) => void faulty.#answer(request, response));
    faulty.#server.listen(0, '127.0.0.1');
    await once(faulty.#server, 'listening');
    test.after(() => faulty.stop());
    faulty.endpoint = `http://127.0.0.1:${faulty.#server.address().port}`;
    return faulty;
  }

  async #answer(request, response) {
    const manner = 1 < this.#manners.length ? this.#manners.shift() : this.#manners[0];
    if (manner === 'cutsTheBody') {
      this.requests.push({ manner, lines: [] });
      return request.once('data', () => request.socket.destroy());
    }
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    this.requests.push({ manner, lines: body.split('\n') });
    MANNERS[manner](body, request, response);
  }

  /** Every line that was taken in, in order. */
  get accepted() {
    return this.requests.filter(({ manner }) => manner === 'ok').flatMap(({ lines }) => lines);
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** An address where nobody listens. */
export async function nobody() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  server.close();
  await once(server, 'close');
  return endpoint;
}
