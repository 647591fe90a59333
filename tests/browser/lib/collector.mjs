// The real collector, on a data directory of its own that goes with it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const START_MAX_MS = 20_000;

/** A program of this repository: `BANYAN_BIN` and `BANYAN_GEN` name other builds than the debug one. */
export function binary(name) {
  const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../../target');
  const path = process.env[name === 'gen' ? 'BANYAN_GEN' : 'BANYAN_BIN'] ?? join(target, 'debug', name);
  if (!existsSync(path)) throw new Error(`${path} is not there: ./tests/run build makes it`);
  return path;
}

export class Collector {
  #child;
  #address;
  #home;
  #env = {};

  /** Starts one on a new directory. */
  static async start() {
    const collector = new Collector();
    collector.#home = await mkdtemp(join(tmpdir(), 'banyan-browser-'));
    await collector.#spawn();
    return collector;
  }

  /** Starts one whose clock `passes` moves; its timers go on as always. `clock` is what faketime knows: how far it is
   * ahead of the machine's, or the moment in UTC at which it stands. */
  static async startWithClock(clock = '+0m') {
    const collector = new Collector();
    collector.#home = await mkdtemp(join(tmpdir(), 'banyan-browser-'));
    await writeFile(join(collector.#home, 'clock'), `${clock}\n`);
    collector.#env = {
      TZ: 'UTC',
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
      FAKETIME_TIMESTAMP_FILE: join(collector.#home, 'clock'),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    await collector.#spawn();
    return collector;
  }

  /** Its clock is ahead of the machine's by `6m`. */
  passes(time) {
    return writeFile(join(this.#home, 'clock'), `+${time}\n`);
  }

  get data() {
    return join(this.#home, 'data');
  }

  async #spawn() {
    const address = this.#address ?? '127.0.0.1:0';
    const options = ['serve', '--listen', address, '--data', this.data];
    // Nothing of the machine's own settings reaches it.
    const env = { HOME: this.#home, RUST_LOG: 'warn', ...this.#env };
    this.#child = spawn(binary('banyan'), options, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.origin = await listening(this.#child);
  }

  /** Sends events in one request and waits until they are projected. */
  async post(events) {
    for (let from = 0; from < events.length; from += 1_000) {
      const answer = await fetch(`${this.origin}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait' },
        body: JSON.stringify(events.slice(from, from + 1_000)),
      });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    }
  }

  /** Sends NDJSON as it is. */
  async postLines(text) {
    const answer = await fetch(`${this.origin}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', prefer: 'wait' },
      body: text,
    });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  }

  /** Fills it with a generated forest (see `gen --help`) and waits until all of it is visible. */
  async generate(sessions, ...options) {
    const { host } = new URL(this.origin);
    const words = ['--sessions', String(sessions), '--post', host, ...options];
    const child = spawn(binary('gen'), words, { stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const code = await new Promise((ended, failed) => child.once('close', ended).once('error', failed));
    if (code !== 0) throw new Error(`gen ended with ${code}: ${said}`);
    return said.trim();
  }

  /** Stops it as an operator would; `between` may touch the data directory. */
  async restart(between = async () => {}) {
    await this.#end();
    await between(this.data);
    await this.#spawn();
  }

  /** Kills it as a power cut would, and starts it again where it was. */
  async crash(between = async () => {}) {
    await this.#end('SIGKILL');
    await between();
    this.#address = new URL(this.origin).host;
    await this.#spawn();
  }

  async stop() {
    await this.#end();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #end(signal = 'SIGTERM') {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
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
