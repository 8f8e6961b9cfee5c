import type { AlertItem } from '../../../contract/panels/alerts.ts'

/** The quick filters above the list; pure. */
export type AlertFilter = 'open' | 'unacknowledged' | 'returned' | 'urgent' | 'normal'

export const ALERT_FILTERS: readonly { key: AlertFilter; word: string }[] = [
  { key: 'open', word: '未关闭' },
  { key: 'unacknowledged', word: '未确认' },
  { key: 'returned', word: '已恢复待确认' },
  { key: 'urgent', word: '紧急与重要' },
]

const TESTS: Record<AlertFilter, (item: AlertItem) => boolean> = {
  open: () => true,
  unacknowledged: ({ state }) => state === 'unacknowledged',
  returned: ({ state }) => state === 'returned-unacknowledged',
  urgent: ({ severity, state }) => state !== 'normal' && (severity === 'critical' || severity === 'warning'),
  normal: ({ state }) => state === 'normal',
}

/** Full-width letters and digits, brackets of case numbers and case count as the same. */
export const foldText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[〔【[]/g, '[')
    .replaceAll(/[〕】\]]/g, ']')
    .replaceAll(/\s+/g, '')

export function filterAlerts(items: readonly AlertItem[], filter: AlertFilter, query: string): AlertItem[] {
  const wanted = foldText(query)
  return items.filter(
    (item) =>
      TESTS[filter](item) &&
      (wanted === '' || foldText(`${item.title}${item.why}${item.object ?? ''}${item.owner ?? ''}`).includes(wanted)),
  )
}
