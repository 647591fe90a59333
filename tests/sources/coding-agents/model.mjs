// The models behind the agents: an HTTP server that plays both vendors' streams, and always the
// same story. A task that begins with LEAD spawns one agent, runs a command and answers; any other
// runs a command and answers.

import { createServer } from 'node:http';

/** What one request asks for, whoever's format it has. */
class Turn {
  constructor(conversation, tools, resultMark) {
    const text = JSON.stringify(conversation ?? '');
    this.leads = text.includes('LEAD:');
    this.results = text.split(resultMark).length - 1;
    this.text = text;
    this.tools = tools;
  }

  /** The tool of that name, which may carry a prefix or be inside a namespace. */
  tool(name) {
    return this.tools.find((tool) => tool.name?.endsWith(name));
  }
}

function anthropic({ messages, tools = [] }) {
  const turn = new Turn(messages, tools, '"type":"tool_result"');
  const run = (command) => ({ type: 'tool_use', name: 'Bash', input: { command, description: 'Run it' } });
  const say = (text) => ({ type: 'text', text });
  if (!turn.leads) return turn.results === 0 && turn.tool('Bash') ? run('echo from the worker') : say('The worker is done.');
  const { name } = turn.tool('Agent') ?? turn.tool('Task') ?? {};
  if (!name) return say('A title.');
  const spawn = { description: 'Help', prompt: 'Run one command', subagent_type: 'general-purpose', run_in_background: false };
  return [{ type: 'tool_use', name, input: spawn }, run('exit 3')][turn.results] ?? say('All is done.');
}

function openai({ input, tools = [] }) {
  const named = tools.flatMap((tool) => tool.tools?.map(({ name }) => ({ name, namespace: tool.name })) ?? [tool]);
  const turn = new Turn(input, named, '"type":"function_call_output"');
  const call = ({ name, namespace } = {}, args) =>
    ({ type: 'function_call', name, ...(namespace && { namespace }), arguments: JSON.stringify(args) });
  const run = (cmd) => call(turn.tool('exec_command'), { cmd });
  const say = (text) => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
  if (!turn.leads) return turn.results === 0 ? run('echo from the worker') : say('The worker is done.');
  const id = /agent_id[\\":]+([0-9a-f-]{36})/.exec(turn.text)?.[1];
  return [
    () => call(turn.tool('spawn_agent'), { message: 'Run one command', task_name: 'help' }),
    () => call(turn.tool('wait_agent'), { targets: [id], timeout_ms: 30_000 }),
    () => run('exit 3'),
  ][turn.results]?.() ?? say('All is done.');
}

function* anthropicStream(id, block) {
  const usage = { input_tokens: 100, output_tokens: 1 };
  const message = { id: `msg_${id}`, type: 'message', role: 'assistant', model: 'claude-opus-5', content: [], usage };
  yield { type: 'message_start', message };
  const tool = block.type === 'tool_use';
  const empty = tool ? { ...block, id: `toolu_${id}`, input: {} } : { type: 'text', text: '' };
  const delta = tool
    ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
    : { type: 'text_delta', text: block.text };
  yield { type: 'content_block_start', index: 0, content_block: empty };
  yield { type: 'content_block_delta', index: 0, delta };
  yield { type: 'content_block_stop', index: 0 };
  yield { type: 'message_delta', delta: { stop_reason: tool ? 'tool_use' : 'end_turn' }, usage: { output_tokens: 42 } };
  yield { type: 'message_stop' };
}

function* openaiStream(no, said) {
  const item = { ...said, id: `item_${no}`, ...(said.type === 'function_call' && { call_id: `call_${no}` }) };
  const id = `resp_${no}`;
  yield { type: 'response.created', response: { id } };
  yield { type: 'response.output_item.added', output_index: 0, item };
  yield { type: 'response.output_item.done', output_index: 0, item };
  yield { type: 'response.completed', response: { id, usage: { input_tokens: 50, output_tokens: 20, total_tokens: 70 } } };
}

/** Starts it; `close()` ends it. */
export async function startModel() {
  let no = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const { pathname } = new URL(request.url, 'http://model');
    const streams = {
      '/v1/messages': (asked) => anthropicStream(no, anthropic(asked)),
      '/v1/responses': (asked) => openaiStream(no, openai(asked)),
    };
    const stream = request.method === 'POST' && streams[pathname];
    if (!stream) return response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    no += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of stream(JSON.parse(body))) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    return response.end();
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}
