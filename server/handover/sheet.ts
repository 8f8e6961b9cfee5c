import { HandoverAlert, type HandoverSheet } from '../../contract/http/handover.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Reader } from '../feature.ts'
import { chainHeads } from '../records/chain.ts'
import type { Change } from './rules.ts'

/** What the sheet is made of; handed in by main.ts. */
export interface SheetParts {
  unit: string
  demo: boolean
  read: Reader
  /** Real alerts that are open, in the order of the wall. */
  openAlerts(): Promise<readonly AlertItem[]>
  sourcesDown(now: number): Promise<HandoverSheet['sourcesDown']>
  /** Drills that began after `since`. */
  drills(since: number): Promise<HandoverSheet['drills']>
}

export const CHAIN_NAMES: Readonly<Record<string, string>> = {
  audit: '审计',
  assignment: '随机分案',
  review: '评查',
  petitions: '信访定色',
  disclosure: '文书公开',
  mediations: '在线调解',
  handover: '交接班',
}
const SHIFT_MS = 24 * 3_600_000

export async function makeSheet(parts: SheetParts, change: Change, now: number): Promise<HandoverSheet> {
  const [alerts, sourcesDown, drills, heads] = await Promise.all([
    parts.openAlerts(),
    parts.sourcesDown(now),
    parts.drills(now - SHIFT_MS),
    chainHeads(parts.read),
  ])
  const of = (state: string) => alerts.filter((one) => one.state === state)
  const line = (alert: AlertItem): HandoverAlert => HandoverAlert.parse(alert)
  const open = alerts.filter(({ state }) => state === 'unacknowledged' || state === 'returned-unacknowledged')
  const pending = alerts.filter(({ state }) => state === 'acknowledged' || state === 'normal')
  return {
    unit: parts.unit,
    demo: parts.demo,
    from: change.from,
    to: change.to,
    boundary: change.at,
    at: now,
    counts: {
      unacknowledged: of('unacknowledged').length,
      acknowledged: of('acknowledged').length,
      returned: of('returned-unacknowledged').length,
    },
    open: open.map(line),
    pending: pending.map(line),
    sourcesDown,
    drills,
    heads: heads
      .map(({ chain, seq, hash }) => ({ chain, name: CHAIN_NAMES[chain] ?? chain, seq, hash }))
      // The trail of all others stands first.
      .sort((a, b) => Number(b.chain === 'audit') - Number(a.chain === 'audit') || a.chain.localeCompare(b.chain)),
  }
}
