/** Spans of the time filter: hours as they stand in the address, and their names. */
export const SPANS = [
  ['', '全部时间'],
  ['1', '近 1 小时'],
  ['24', '近 24 小时'],
  ['168', '近 7 日'],
  ['720', '近 30 日'],
  ['4320', '近 6 个月'],
] as const

/** Null: no limit; what is no number of the list is none either. */
export const hoursOf = (text: string): number | null =>
  text && SPANS.some(([value]) => value === text) ? Number(text) : null

const LABELS: Readonly<Record<string, string>> = {
  via: '凭据',
  route: '接口',
  why: '原因',
  times: '次数',
  count: '第几次',
  locked: '已锁定',
  id: '编号',
  rows: '行数',
}
const VALUES: Readonly<Record<string, string>> = {
  session: '会话',
  token: '令牌',
  'wall-key': '大屏密钥',
  forbidden: '没有权限',
  'same-person': '同一人',
  'bad-origin': '来源不明',
  'bad-csrf': '页面令牌失效',
}

/** `{ why: 'forbidden', times: 3 }` → `原因 没有权限，次数 3` */
export const detailText = (detail: Readonly<Record<string, string | number | boolean | null>>): string =>
  Object.entries(detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => {
      const shown = typeof value === 'boolean' ? (value ? '是' : '否') : (VALUES[String(value)] ?? value)
      return `${LABELS[key] ?? key} ${shown}`
    })
    .join('，')
