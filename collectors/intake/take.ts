import type { Decoded, SourceContext } from '../source.ts'

/** History that is this old when it is read is filed where it belongs and never announced as live. */
const BACKFILL_MS = 15 * 60_000

/**
 * What every way of messages does with what a decoder made of them. Resolves when the events are on disk, with the
 * cursor in the same transaction.
 */
export async function take(
  context: SourceContext,
  { drafts, refusals, dropped }: Decoded,
  receivedMs: number,
  cursor: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  if (dropped > 0) context.dropped(dropped)
  context.refuse(refusals)
  const newest = drafts.reduce((max, { observedMs }) => Math.max(max, observedMs ?? 0), 0)
  if (newest > 0) context.lag(Math.max(0, (receivedMs - newest) / 1000))
  if (drafts.length > 0 || Object.keys(cursor).length > 0) await context.deliver(drafts, cursor)
}

/** Marks what is read long after it happened. */
export const withBackfill = (decoded: Decoded, receivedMs: number): Decoded => ({
  ...decoded,
  drafts: decoded.drafts.map((draft) =>
    draft.observedMs !== null && receivedMs - draft.observedMs > BACKFILL_MS ? { ...draft, backfill: true } : draft,
  ),
})

/** Several inputs through one decoder. */
export function decodeAll(
  inputs: readonly Uint8Array[],
  decode: (input: Uint8Array, receivedMs: number) => Decoded,
  receivedMs: number,
): Decoded {
  const all: Decoded = { drafts: [], refusals: [], dropped: 0 }
  for (const input of inputs) {
    const { drafts, refusals, dropped } = decode(input, receivedMs)
    all.drafts.push(...drafts)
    all.refusals.push(...refusals)
    all.dropped += dropped
  }
  return all
}
