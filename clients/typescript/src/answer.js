// What the collector's answer means for the events of a request.

const RETRY_AFTER_MAX_MS = 30_000;
/** Answers about the events themselves; any other one that is not a success is about the moment. */
export const REFUSALS = [400, 413, 415, 422];

/** @typedef {{ kind: 'accepted', rejected: number } | { kind: 'refused', why: string } | { kind: 'failed', why: string, afterMs: number, unreachable: boolean }} Answer */

/** @param {Response} response @param {string} body @returns {Answer} */
export function judge(response, body) {
  const why = `${response.status} ${body.slice(0, 200)}`;
  if (response.ok) return { kind: 'accepted', rejected: rejectedIn(body) };
  if (REFUSALS.includes(response.status)) return { kind: 'refused', why };
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const afterMs = Math.min(Number.isFinite(seconds) ? seconds * 1_000 : 0, RETRY_AFTER_MAX_MS);
  return { kind: 'failed', why, afterMs, unreachable: false };
}

/** @param {string} receipt */
function rejectedIn(receipt) {
  try {
    return Number(JSON.parse(receipt).rejected) || 0;
  } catch {
    return 0;
  }
}
