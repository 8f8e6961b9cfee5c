import type { Turn } from '../feature.ts'
import { Book } from './book.ts'
import { type AlertsContext, dayOf } from './context.ts'
import { commitBook } from './desk.ts'
import { readAlerts } from './queries.ts'
import { loadBook } from './repository.ts'

/** What a drill's own record wants to know of its card. */
export interface DrillCard {
  /** Epoch ms; null = nobody has acknowledged it. */
  ackedAt: number | null
  /** The post that did. */
  owner: string | null
  closed: boolean
}

export async function drillCard(turn: Turn, id: string): Promise<DrillCard | undefined> {
  const [alert] = await readAlerts(turn.tx, [id])
  if (alert?.kind !== 'drill') return undefined
  return { ackedAt: alert.ackedAt, owner: alert.owner, closed: alert.step === 'closed' }
}

/** Takes a drill's card off every screen: its cause goes, then the card. Nothing happens to any other alert. */
export async function endDrill(context: AlertsContext, turn: Turn, id: string, disposal: string): Promise<void> {
  const [alert] = await readAlerts(turn.tx, [id])
  if (alert?.kind !== 'drill' || alert.step === 'closed') return
  const nothing = { causes: new Set<string>(), rules: new Set<string>(), eventIds: new Set<string>() }
  const loaded = await loadBook(turn.tx, nothing, { now: turn.now, day: dayOf(turn.now) })
  const book = new Book(loaded, context.rules, turn.now)
  book.act(alert, { kind: 'clear', at: Math.max(turn.now, alert.lastAt) })
  book.act(alert, { kind: 'withdraw', disposal }, { text: disposal })
  await commitBook(context, turn, book.changes())
}
