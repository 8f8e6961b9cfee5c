import type { Receipt } from '../../contract/envelope.ts'
import type { Parcel } from './turn.ts'

/** Ids in one receipt; 1,000 stay below the broker's 64 KiB. */
const MOST_IDS = 1000

/** Receipts of one committed turn: few messages, each with many ids. Duplicates are receipted like new ones. */
export function receiptsOf(parcels: readonly Parcel[]): { collector: string; receipt: Receipt }[] {
  const open = new Map<string, Receipt>()
  const done: { collector: string; receipt: Receipt }[] = []
  const of = (collector: string): Receipt => {
    const known = open.get(collector)
    if (known && known.ids.length + known.rejected.length < MOST_IDS) return known
    const receipt: Receipt = { v: 1, ids: [], rejected: [] }
    open.set(collector, receipt)
    done.push({ collector, receipt })
    return receipt
  }
  for (const { receiptFor, checked } of parcels) {
    if (receiptFor === null) continue
    for (const { event } of checked.events) of(receiptFor).ids.push(event.id)
    for (const { id, reason } of checked.refusals) of(receiptFor).rejected.push({ id, reason })
  }
  return done
}
