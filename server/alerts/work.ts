import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Principal, Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { Book } from './book.ts'
import { type AlertsContext, dayOf } from './context.ts'
import { commitBook } from './desk.ts'
import type { Input } from './lifecycle.ts'
import { present } from './present.ts'
import { readAlerts } from './queries.ts'
import { loadBook } from './repository.ts'
import { type Actor, type Alert, REFUSED, type RefusedReason } from './types.ts'

/** One thing a person does, and the line history keeps of it. */
export interface Act {
  input: Input
  text: string
}
export type ActResult = { alert: Alert } | { refused: RefusedReason }

export const actorOf = (person: Principal): Actor => ({ post: person.post, username: person.username })

/** Applies acts of one person to one alert, in order; the first refusal ends it and nothing is kept. */
export async function actOn(
  context: AlertsContext,
  id: string,
  person: Principal,
  acts: readonly Act[],
): Promise<AlertItem> {
  return context.records.write(async (turn) => {
    const [alert] = await readAlerts(turn.tx, [id])
    if (!alert) throw new Refusal('not-found', `没有告警 ${id}`)
    const book = await emptyBook(context, turn)
    let current = alert
    for (const { input, text } of acts) {
      const result = book.act(current, input, { text, by: actorOf(person) })
      if ('refused' in result) throw refusal(result.refused)
      current = result
    }
    await commitBook(context, turn, book.changes())
    return present(current)
  })
}

/** The same act on many; each is decided by itself. */
export async function actOnMany(
  context: AlertsContext,
  ids: readonly string[],
  person: Principal,
  act: Act,
): Promise<{ items: AlertItem[]; refused: { id: string; reason: string; message: string }[] }> {
  return context.records.write(async (turn) => {
    const wanted = [...new Set(ids)]
    const found = new Map((await readAlerts(turn.tx, wanted)).map((alert) => [alert.id, alert]))
    const book = await emptyBook(context, turn)
    const items: AlertItem[] = []
    const refused: { id: string; reason: string; message: string }[] = []
    for (const id of wanted) {
      const alert = found.get(id)
      const result = alert
        ? book.act(alert, act.input, { text: act.text, by: actorOf(person) })
        : ({ refused: 'not-found' } as const)
      if (!('refused' in result)) items.push(present(result))
      else if (result.refused === 'not-found') refused.push({ id, reason: 'not-found', message: '没有这条告警' })
      else refused.push({ id, reason: result.refused, message: REFUSED[result.refused] })
    }
    await commitBook(context, turn, book.changes())
    return { items, refused }
  })
}

async function emptyBook(context: AlertsContext, turn: Turn): Promise<Book> {
  const nothing = { causes: new Set<string>(), rules: new Set<string>(), eventIds: new Set<string>() }
  return new Book(await loadBook(turn.tx, nothing, { now: turn.now, day: dayOf(turn.now) }), context.rules, turn.now)
}

const MISSING = new Set<RefusedReason>(['reason-missing', 'owner-missing', 'disposal-missing'])

function refusal(reason: RefusedReason): Refusal {
  if (!MISSING.has(reason)) return new Refusal('conflict', REFUSED[reason])
  const path = reason.replace('-missing', '')
  return new Refusal('bad-input', REFUSED[reason], [{ path, message: REFUSED[reason] }])
}
