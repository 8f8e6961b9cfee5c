import { type ChainEntry, type ChainFailure, checkLinks, parseChain } from './chain.ts'
import { PETITION_COLOURS } from './http/petitions.ts'

/** What anyone can say of an exported petitions chain: no colour sank two steps, none without somebody else's approval. */
export interface PetitionVerdict {
  ok: boolean
  entries: number
  matters: number
  failures: ChainFailure[]
}

interface Known {
  colour: string
  open: boolean
  /** Who proposed what now waits, and for which colour. */
  proposed: { by: string; colour: string; close: boolean } | null
}
const rank = (colour: string): number => (PETITION_COLOURS as readonly string[]).indexOf(colour)
const text = (entry: ChainEntry, key: string): string => {
  const value = entry.body[key]
  return typeof value === 'string' ? value : ''
}

/** Follows every matter through an NDJSON export; names each place that does not fit. */
export async function verifyPetitions(ndjson: string): Promise<PetitionVerdict> {
  const { entries, failures } = parseChain(ndjson)
  failures.push(...(await checkLinks(entries)))
  const matters = new Map<string, Known>()
  for (const entry of entries) for (const what of follow(matters, entry)) failures.push({ seq: entry.seq, what })
  failures.sort((a, b) => a.seq - b.seq)
  return { ok: failures.length === 0, entries: entries.length, matters: matters.size, failures }
}

function follow(matters: Map<string, Known>, entry: ChainEntry): string[] {
  const id = text(entry, 'petitionId')
  const [by, from, to] = [text(entry, 'by'), text(entry, 'from'), text(entry, 'to')]
  const known = matters.get(id)
  if (entry.type === 'petition.register') {
    matters.set(id, { colour: '', open: true, proposed: null })
    return known ? ['事项重复登记'] : []
  }
  if (!known) return ['事项没有登记']
  const found = known.colour === from ? [] : ['颜色与上一步不相接']
  if (entry.type === 'petition.assess') found.push(...assessed(known, from, to))
  else if (entry.type === 'petition.downgrade') found.push(...lowered(known, entry, by, from, to))
  else if (entry.type === 'petition.close') found.push(...closed(known, entry, by))
  else if (from !== to) found.push('这一步不能改变颜色')
  propose(known, entry, by)
  known.colour = to
  known.open = entry.body.open === 1
  return found
}

function assessed(known: Known, from: string, to: string): string[] {
  if (from !== to) known.proposed = null
  return from !== '' && rank(to) < rank(from) ? ['研判降低了颜色：降级须另行提请、批准'] : []
}
function lowered(known: Known, entry: ChainEntry, by: string, from: string, to: string): string[] {
  const { proposed } = known
  known.proposed = null
  const found: string[] = []
  if (rank(from) - rank(to) !== 1) found.push('降级不是恰好一级')
  if (!proposed || proposed.close || proposed.colour !== from) found.push('降级没有事先提请')
  else if (proposed.by !== text(entry, 'proposedBy')) found.push('提请人与记载不符')
  if (text(entry, 'proposedBy') === by) found.push('提请与批准为同一人')
  return found
}
function closed(known: Known, entry: ChainEntry, by: string): string[] {
  const { proposed, colour } = known
  known.proposed = null
  const found: string[] = []
  if (colour !== 'green') found.push('未降到绿色即销号')
  if (!proposed?.close) found.push('销号没有事先提请')
  if (text(entry, 'proposedBy') === by) found.push('提请与批准为同一人')
  return found
}
function propose(known: Known, { type, body }: ChainEntry, by: string): void {
  if (type === 'petition.downgrade-proposed') known.proposed = { by, colour: String(body.from ?? ''), close: false }
  else if (type === 'petition.close-proposed') known.proposed = { by, colour: 'green', close: true }
  else if (type === 'petition.refused') known.proposed = null
}
