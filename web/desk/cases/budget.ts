import type { CaseLedger } from '../../../contract/http/cases.ts'

/** What is left of a limit and which acts are still open, pure: rows of the card 剩余预算. */
export interface BudgetRow {
  label: string
  text: string
  note: string
  /** Over-detention: above 0 it is the worst thing that can stand here. */
  grave: boolean
}

/** Criminal Procedure Law article 175: two returns at most. */
const RETURNS = 2

export function budgetRows(
  ledger: Pick<CaseLedger, 'acts' | 'clocks' | 'daysLeft' | 'due'>,
  custody: boolean,
  extension: { due: string | null; refused: string | null } | null,
): BudgetRow[] {
  const main = ledger.clocks.find((clock) => clock.main)
  const acts = ledger.acts.filter((act) => act.void === null)
  const count = (type: string) => acts.filter((act) => act.type === type).length
  const rows: BudgetRow[] = []
  const add = (label: string, text: string, note = '', grave = false) => rows.push({ label, text, note, grave })
  const extended = count('extend')
  if (extension?.due && extension.due !== ledger.due) add('延长', '可申请，须批准', `至 ${extension.due.slice(5, 10)}`)
  else add('延长', extended > 0 ? `已批准 ${extended} 次` : '无', extension?.refused ?? '')
  if (main?.rule?.startsWith('prosecution-review.')) {
    const returns = count('return')
    add('退回补充侦查', `已用 ${returns} 次，余 ${Math.max(0, RETURNS - returns)} 次`)
  }
  const moved = count('jurisdiction-change')
  add('改变管辖', moved > 0 ? `${moved} 次` : '无')
  const over = custody && ledger.daysLeft !== null && ledger.daysLeft < 0 ? -ledger.daysLeft : 0
  add('超期羁押', over > 0 ? `已超 ${over} 日，立即报告` : '0，未发生', '', over > 0)
  return rows
}

const RESTARTS = ['resubmit', 'jurisdiction-change']

/** Why no extension can be asked for now; null = it can. One extension in each run of the clock. */
export function whyNoExtension(
  { acts, daysLeft, due, stopped }: Pick<CaseLedger, 'acts' | 'daysLeft' | 'due' | 'stopped'>,
  rule: { extension: unknown } | undefined,
): string | null {
  if (!rule?.extension) return '没有延长的规定'
  const known = acts.filter((act) => act.void === null)
  const restarted = known.filter(({ type }) => RESTARTS.includes(type)).map(({ on }) => on)
  const run = restarted.toSorted().at(-1) ?? ''
  if (known.some(({ type, on }) => type === 'extend' && on >= run)) return '本轮不能再延长'
  if (stopped || due === null) return '停表期间不能延长'
  return daysLeft !== null && daysLeft < 0 ? '期限已过，不能再延长' : null
}

/** The last steps of the reckoning in one sentence. */
export function whySentence(ledger: Pick<CaseLedger, 'ledger' | 'rolledFrom' | 'due' | 'stopped'>): string {
  const steps = ledger.ledger.slice(-3).map(({ date, what }) => `${date.slice(5, 10)} ${what}`)
  if (ledger.stopped) steps.push(`自 ${ledger.stopped.since.slice(5, 10)} 起停表，恢复后再续`)
  return steps.length === 0 ? '没有推算步骤' : `${steps.join('；')}。`
}

/** `11-29` with 周日 24:00. */
export const weekdayOf = (date: string): string =>
  `周${['日', '一', '二', '三', '四', '五', '六'][new Date(`${date.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? ''}`
