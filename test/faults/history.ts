/** What one source knows that it handed over, and what the product says it has. Ids, or numbers that stand for them. */
export interface Account {
  source: string
  /** Each of them must be stored, once. */
  sent: readonly string[]
  /** As the product lists them, repetitions included. */
  stored: readonly string[]
}

/** Something that each event does exactly once inside the product, e.g. adding one to an alert's count. */
export interface Effect {
  what: string
  expected: number
  found: number
}

export interface Verdict {
  source: string
  sent: number
  stored: number
  lost: string[]
  doubled: string[]
  /** Stored, but nobody sent it. */
  unknown: string[]
}

/** Pure: compares by id. */
export function judge({ source, sent, stored }: Account): Verdict {
  const wanted = new Set(sent)
  const seen = new Set<string>()
  const doubled = new Set<string>()
  for (const id of stored) {
    if (seen.has(id)) doubled.add(id)
    seen.add(id)
  }
  return {
    source,
    sent: wanted.size,
    stored: seen.size,
    lost: [...wanted].filter((id) => !seen.has(id)),
    doubled: [...doubled],
    unknown: [...seen].filter((id) => !wanted.has(id)),
  }
}

export const isClean = ({ lost, doubled, unknown }: Verdict): boolean =>
  lost.length + doubled.length + unknown.length === 0
