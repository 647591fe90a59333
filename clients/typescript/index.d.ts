/** Sends what an agent does to a Banyan (or any AOP) collector, without ever slowing the agent. */

export interface AOPClientOptions {
  /** Names the kind of agent. */
  agentId: string;
  /** Where the collector is. Default: `BANYAN_ENDPOINT`, `AOP_ENDPOINT`, `http://127.0.0.1:4317`. */
  endpoint?: string;
  /** Default: the session that this process was started to be (`BANYAN_SESSION`), else a new one. */
  sessionId?: string;
  /** Default: `BANYAN_PARENT_SESSION`. `null` says that this is a root, whatever the environment says. */
  parentSessionId?: string | null;
  agentVersion?: string;
  /** How long one request may take. Default 2,000 ms. */
  timeout?: number;
  /** How long a batch is tried again before it is dropped. Default 5 minutes. */
  retryMs?: number;
  /** How long the process may be kept at its end for what is unsent. Default 2,000 ms. */
  exitMs?: number;
  /** What may wait in memory; more is dropped and counted. Default 32 MiB. */
  maxQueueBytes?: number;
  /** Sends the requests instead of the platform's `fetch`. */
  fetch?: typeof fetch;
}

export type Confidence = 'high' | 'medium' | 'low' | number;
export type Outcome = 'completed' | 'failed' | 'cancelled' | 'timeout';
export type ActivityState = 'running' | 'idle' | 'waiting';
export type GoalStatus = 'set' | 'in_progress' | 'completed' | 'abandoned';

/** Fields of your own are sent as well; camelCase names become the protocol's snake_case ones. */
export interface Extra {
  metadata?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface StartedPayload extends Extra {
  goal?: string;
  llm?: string;
  model?: string;
  agent_version?: string;
}

export interface HeartbeatPayload extends Extra {
  status?: ActivityState;
  step?: number;
  tokenSpend?: number;
  currentGoal?: string;
}

export interface EndedPayload extends Extra {
  outcome_summary?: string;
  error_message?: unknown;
  total_steps?: number;
  total_tokens?: number;
  total_cost_usd?: number;
}

export interface ToolEndOptions extends Extra {
  toolCallId?: string | ToolCall;
  tokenSpendDelta?: number;
  costUsdDelta?: number;
}

export interface SpawnOptions extends Extra {
  goal?: string;
  reason?: string;
  /** The child's session, when it exists already. */
  sessionId?: string;
}

export interface ExternalCallOptions extends Extra {
  method?: string;
  endpoint?: string;
  url?: string;
  durationMs?: number;
  status?: string | number;
}

export interface Stats {
  /** Waiting or travelling. */
  queued: number;
  /** Acknowledged by the collector. */
  sent: number;
  /** Given up: no room, no time, no collector. */
  dropped: number;
  /** Refused by the collector for good. */
  refused: number;
  /** Requests that were sent again. */
  retries: number;
  lastError?: string;
}

/** Awaited, its id; not awaited, a handle that ends the call with its duration. */
export interface ToolCall extends PromiseLike<string> {
  readonly id: string;
  end(success?: boolean, result?: unknown, options?: ToolEndOptions): Promise<void>;
  toString(): string;
  toJSON(): string;
}

/** Awaited, the child's session id (or its client); not awaited, everything that a child needs. */
export interface Spawned<T> extends PromiseLike<T> {
  readonly agentId: string;
  readonly sessionId: string;
  readonly parentSessionId: string;
  /** A ready client, for a child in this process. */
  client(options?: Pick<AOPClientOptions, 'agentVersion'>): AOPClient;
  /** Variables, for a child in a process of its own: `spawn(…, { env: child.env(process.env) })`. */
  env(base?: Record<string, string | undefined>): Record<string, string | undefined>;
  /** Headers, for a child behind HTTP: `fetch(url, { headers: child.headers() })`. */
  headers(existing?: HeadersInit): Record<string, string>;
  toString(): string;
  toJSON(): string;
}

/**
 * One session of one agent. No method waits for the collector, and none throws: what is awaited is
 * done already. Clients with the same endpoint and settings share one sender.
 */
export class AOPClient {
  constructor(options: AOPClientOptions);

  readonly agentId: string;
  readonly sessionId: string;
  readonly parentSessionId: string | null;
  readonly endpoint: string;
  /** The number that the next event will have. */
  readonly sequence: number;
  readonly enabled: boolean;
  /** Of all clients that share the sender. */
  readonly stats: Stats;

  enable(): void;
  disable(): void;

  sessionStarted(payload?: StartedPayload): Promise<void>;
  heartbeat(status?: ActivityState | HeartbeatPayload, payload?: HeartbeatPayload): Promise<void>;
  sessionEnded(outcome?: Outcome, payload?: EndedPayload): Promise<void>;

  thought(content: string, options?: Extra & { confidence?: Confidence; nextIntent?: string }): Promise<void>;
  goal(goal: string, status?: GoalStatus, options?: Extra & { parentGoal?: string }): Promise<void>;
  decision(chosen: string, options?: Extra & { alternatives?: string[]; reasoning?: string }): Promise<void>;
  decision(chosen: string, alternatives: string[], reasoning?: string): Promise<void>;
  uncertainty(description: string, options?: Extra & { confidence?: Confidence }): Promise<void>;

  toolStart(tool: string, input?: unknown, metadata?: Record<string, unknown>): ToolCall;
  /** `result`: what it gave, or why it failed. */
  toolEnd(tool: string, success?: boolean, result?: unknown, durationMs?: number, options?: ToolEndOptions): Promise<void>;
  /** AOP's guide: announces a child, gives its new session id. */
  agentSpawn(childAgentId: string, options?: SpawnOptions): Spawned<string>;
  /** AOP's SDK: announces a child, gives a ready client for it. */
  agentSpawn(childAgentId: string, goal: string, options?: SpawnOptions): Spawned<AOPClient>;
  memory(operation: string, key?: string, options?: string | (Extra & { summary?: string })): Promise<void>;
  externalCall(service: string, options?: ExternalCallOptions): Promise<void>;
  externalCall(service: string, method: string, options?: ExternalCallOptions): Promise<void>;
  /** An event of a type of your own. */
  emit(type: string, payload?: object): Promise<void>;

  /** Starts the session, works, ends it: `completed` with the result, or `failed` with the error. */
  session<T>(payload: StartedPayload, work: (client: this) => T | Promise<T>): Promise<T>;
  /** Runs a tool between its start and its end. */
  tool<T>(name: string, input: unknown, work: (call: ToolCall) => T | Promise<T>): Promise<T>;

  /** Variables for a process that will announce itself as a child of this session. */
  env(base?: Record<string, string | undefined>): Record<string, string | undefined>;
  /** Headers for a service that will announce itself as a child of this session (W3C Baggage). */
  headers(existing?: HeadersInit): Record<string, string>;

  /** Waits until what was said before is acknowledged; `false` when it is not, or not in time. */
  flush(maxMs?: number): Promise<boolean>;
}

/** What a caller's `headers()` said: options for the client of the service that was called. */
export function fromHeaders(
  headers: Headers | Record<string, string | string[] | undefined>,
): Pick<AOPClientOptions, 'parentSessionId'> & { sessionId?: string };
