// Sends what an agent does to a Banyan (or any other AOP) collector.
//
// Reading order: client.js (what an agent says), wire.js (how it is written down), outbox.js (how
// it gets there), exit.js (what is still unsent when the process ends), propagation.js (how a
// process or a service that was started finds its parent). The types are in ../index.d.ts.

export { AOPClient } from './client.js';
export { fromHeaders } from './propagation.js';
