// A process that was started as an agent: it is told nothing but its environment, and does not flush.

import { spawnSync } from 'node:child_process';

import { AOPClient } from '@banyan/client';

const own = process.argv[2] === undefined;
const client = new AOPClient({ agentId: own ? 'worker' : process.argv[2] });
client.sessionStarted({ goal: 'Found my parent' });
if (own) {
  new AOPClient({ agentId: 'helper' }).sessionStarted({ goal: 'A second agent in this process' });
  spawnSync(process.execPath, [process.argv[1], 'started'], { stdio: 'inherit' });
}
client.sessionEnded('completed');
// Half of the processes leave in a hurry. Before Node 20.16 one turn of the loop is the least.
if (!own && process.getBuiltinModule) process.exit(0);
if (!own) setImmediate(() => process.exit(0));
