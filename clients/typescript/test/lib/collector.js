// The real collector, on a data directory of its own that goes with it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MAX_MS = 20_000;
const PAGE_MAX_EVENTS = 1_000;

function binary() {
  const root = resolve(fileURLToPath(import.meta.url), '../../../../..');
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const path = process.env.BANYAN_BIN ?? join(target, 'debug', 'banyan');
  if (!existsSync(path)) throw new Error(`${path} is not there: ./tests/run build makes it`);
  return path;
}

export class Collector {
  #child;
  #home;
  #listen = '127.0.0.1:0';

  static async start() {
    const collector = new Collector();
    collector.#home = await mkdtemp(join(tmpdir(), 'banyan-client-'));
    await collector.#spawn();
    return collector;
  }

  async #spawn() {
    const options = ['serve', '--listen', this.#listen, '--data', join(this.#home, 'data')];
    // Nothing of the machine's own settings reaches it.
    const env = { HOME: this.#home, RUST_LOG: 'warn' };
    this.#child = spawn(binary(), options, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.endpoint = await listening(this.#child);
    this.#listen = this.endpoint.replace('http://', '');
  }

  /** Ends it as a power cut would, and starts it again at the same address. */
  async killAndRestart() {
    await this.#end('SIGKILL');
    await this.#spawn();
  }

  async stop() {
    await this.#end('SIGTERM');
    await rm(this.#home, { recursive: true, force: true });
  }

  async #end(signal) {
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill(signal);
    await ended;
  }

  async get(path) {
    const answer = await fetch(`${this.endpoint}${path}`);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Every event of a session, in its order. */
  async exported(session) {
    const answer = await fetch(`${this.endpoint}/sessions/${encodeURIComponent(session)}/export`);
    return (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
  }

  /** Every event, in the order of the log. */
  async events() {
    const all = [];
    for (let after = ''; ; ) {
      const page = await this.get(`/events?limit=${PAGE_MAX_EVENTS}${after && `&after=${after}`}`);
      if (page.events.length === 0) return all;
      all.push(...page.events);
      after = page.next;
    }
  }
}

function listening(child) {
  return new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error('it does not listen')), START_MAX_MS);
    const done = (settle) => (value) => {
      clearTimeout(late);
      settle(value);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (address) done(found)(address.replace(/\/$/, ''));
    });
    child.once('exit', (code) => done(failed)(new Error(`it ended with ${code} before it listened`)));
    child.once('error', done(failed));
  });
}
