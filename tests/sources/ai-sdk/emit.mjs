// AI SDK agents with a made-up model: one asks another through a tool. `legacy` as argument: the spans `ai.*` of older versions.
// Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).

import { setTimeout as wait } from 'node:timers/promises';

import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { ToolLoopAgent, registerTelemetry, stepCountIs, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';

const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'ai-sdk-agents' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
registerTelemetry(process.argv[2] === 'legacy' ? new LegacyOpenTelemetry() : new OpenTelemetry());

const usage = {
  inputTokens: { total: 100, noCache: 80, cacheRead: 20, cacheWrite: 0 },
  outputTokens: { total: 20, text: 20, reasoning: 0 },
};

/** Says one thing after the other. */
function scripted(...turns) {
  return new MockLanguageModelV4({
    modelId: 'scripted-1',
    doGenerate: async () => {
      const turn = turns.shift();
      const calls = turn.type === 'tool-call';
      return {
        content: [turn],
        finishReason: { unified: calls ? 'tool-calls' : 'stop', raw: undefined },
        usage,
        warnings: [],
      };
    },
  });
}

const text = (words) => ({ type: 'text', text: words });
const call = (toolName, input) => ({
  type: 'tool-call',
  toolCallId: `call_${toolName}`,
  toolName,
  input: JSON.stringify(input),
});

const researcher = new ToolLoopAgent({
  model: scripted(call('search', { query: 'tree rings' }), text('One ring a year.')),
  instructions: 'Look things up.',
  telemetry: { functionId: 'researcher' },
  stopWhen: stepCountIs(5),
  tools: {
    search: tool({
      description: 'Searches the library.',
      inputSchema: z.object({ query: z.string() }),
      execute: async ({ query }) => (await wait(20), `found 3 pages about ${query}`),
    }),
  },
});

const lead = new ToolLoopAgent({
  model: scripted(
    call('research', { topic: 'tree rings' }),
    call('measure', { tree: 'oak' }),
    text('Rings tell the age.'),
  ),
  telemetry: { functionId: 'lead' },
  stopWhen: stepCountIs(5),
  tools: {
    research: tool({
      description: 'Asks the researcher.',
      inputSchema: z.object({ topic: z.string() }),
      execute: async ({ topic }) => (await researcher.generate({ prompt: `What is known about ${topic}?` })).text,
    }),
    measure: tool({
      description: 'Measures a tree.',
      inputSchema: z.object({ tree: z.string() }),
      execute: async ({ tree }) => {
        const error = new Error(`no ruler for ${tree}`);
        // Where this file lies is nobody's business.
        error.stack = undefined;
        throw error;
      },
    }),
  },
});

console.log((await lead.generate({ prompt: 'How old is the tree?' })).text);
await provider.shutdown();
