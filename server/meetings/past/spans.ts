import type { PastSpan } from '../../../contract/past.ts'

/** A stretch without any record for longer than that was not watched over. */
export const SILENCE_MS = 90_000

/** Stretches of time that were recorded, grown record by record; a `start` always opens a new one. */
export class Spans {
  readonly list: { from: number; to: number }[] = []

  add(at: number, starts: boolean): void {
    const last = this.list.at(-1)
    if (!last || starts || at - last.to > SILENCE_MS) this.list.push({ from: at, to: at })
    else last.to = Math.max(last.to, at)
  }
}

/** Pure: joins what belongs together across the files of two hours, and cuts it to `from`–`to`. */
export function within(spans: readonly PastSpan[], from: number, to: number): PastSpan[] {
  const cut = spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from <= span.to)
    .sort((a, b) => a.from - b.from)
  const joined: PastSpan[] = []
  for (const span of cut) {
    const last = joined.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}
