import type { AlertItem, AlertsPanel } from '../../../contract/panels/alerts.ts'

export type Change = 'new' | 'escalated' | 'returned' | 'changed' | 'gone'
export interface Since {
  item: AlertItem
  change: Change
}
export const CHANGE_WORDS: Record<Change, string> = {
  new: '新增',
  escalated: '已升级',
  returned: '已恢复',
  changed: '有变化',
  gone: '已关闭',
}

/** Pure: alerts that are not what they were when the wall was frozen, in the order of the list. */
export function sinceFreeze(then: AlertsPanel | null, now: AlertsPanel | null): Since[] {
  const before = new Map((then?.items ?? []).map((item) => [item.id, item]))
  const changes = (now?.items ?? []).flatMap((item) => {
    const old = before.get(item.id)
    before.delete(item.id)
    if (old && old.version >= item.version) return []
    return [{ item, change: changeOf(old, item) }]
  })
  return [...changes, ...[...before.values()].map((item): Since => ({ item, change: 'gone' }))]
}

function changeOf(old: AlertItem | undefined, item: AlertItem): Change {
  if (!old) return 'new'
  if (old.escalatesAt !== item.escalatesAt && item.state === 'unacknowledged') return 'escalated'
  if (item.returnedAt !== null && old.returnedAt === null) return 'returned'
  return 'changed'
}
