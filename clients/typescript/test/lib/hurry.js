// A process that says so many things of so many bytes, and ends at once.

import { AOPClient } from '@banyan/client';

const client = new AOPClient({ agentId: 'hurry', sessionId: 'hurry', exitMs: 20_000 });
for (let count = Number(process.argv[2]); 0 < count; count -= 1) client.thought('x'.repeat(Number(process.argv[3])));
// Before Node 20.16 one turn of the loop is the least.
if (process.getBuiltinModule) process.exit(0);
setImmediate(() => process.exit(0));
