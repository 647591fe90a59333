// The surface as TypeScript sees it: AOP's own examples, in both dialects, must be accepted. This is
// checked, never run.

import { AOPClient, fromHeaders, type Stats } from '@banyan/client';

export async function documentation(): Promise<string> {
  const parent = new AOPClient({ agentId: 'orchestrator', timeout: 500, agentVersion: '1.0.0' });
  await parent.sessionStarted({ goal: 'Write a report', metadata: { source: 'slack' } });
  const childSessionId: string = await parent.agentSpawn('researcher', { goal: 'Gather sources' });
  const child = new AOPClient({
    agentId: 'researcher',
    sessionId: childSessionId,
    parentSessionId: parent.sessionId,
  });
  await child.heartbeat('running');
  await child.thought('The API only has monthly endpoints.', { confidence: 'high' });
  await child.goal('Parse January data', 'set', { parentGoal: 'Gather Q1 revenue data' });
  await child.decision('Use REST', { alternatives: ['REST', 'GraphQL'], reasoning: 'Pagination' });
  await child.uncertainty('Which quarter?', { confidence: 0.3 });
  const callId: string = await child.toolStart('web_search', { query: 'AOP' });
  await child.toolEnd('web_search', true, 'Found 12 results', 420, { toolCallId: callId });
  await child.sessionEnded('failed', { error_message: 'Rate limited' });
  return childSessionId;
}

export async function readme(): Promise<Stats> {
  const parent = new AOPClient({ agentId: 'orchestrator', endpoint: 'http://localhost:4317' });
  await parent.sessionStarted({ goal: 'Research', llm: 'a-model' });
  const child: AOPClient = await parent.agentSpawn('researcher', 'Research AI tools', { reason: 'Special' });
  await child.thought('Broad search first', { confidence: 'high', nextIntent: 'web_search' });
  await child.toolEnd('web_search', true, 'Found', 420, { toolCallId: 'x', tokenSpendDelta: 340 });
  await child.sessionEnded('completed', { outcome_summary: 'Done', total_cost_usd: 0.34 });
  return parent.stats;
}

export async function more(request: Request): Promise<number> {
  const client = new AOPClient({ agentId: 'service', ...fromHeaders(request.headers) });
  const spawned = client.agentSpawn('writer', { goal: 'Write' });
  spawned.client().memory('write', 'draft', 'The first draft');
  const found = await client.session({ goal: 'Answer' }, async (session) => {
    await fetch('http://other/', { headers: session.headers() });
    return session.tool('search', { query: 'x' }, () => [1, 2, 3]);
  });
  await client.externalCall('github', { method: 'GET', url: '/repos', durationMs: 12, status: 200 });
  await client.emit('acme.checkpoint', { step: 3 });
  return (await client.flush()) ? found.length : 0;
}

// @ts-expect-error an agent has a name
new AOPClient({});
// @ts-expect-error there are four outcomes
new AOPClient({ agentId: 'a' }).sessionEnded('won');
