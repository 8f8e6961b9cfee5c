import type { z } from 'zod'
import type { windowRoutes } from '../../contract/http/window.ts'

export interface NoticeFacts {
  receipt: string
  lawyer: string
  caseNo: string
  what: string
  /** `YYYY-MM-DD`. */
  today: string
  answer: z.output<(typeof windowRoutes)['answer']['body']>
}

/** Pure: 告知 to the lawyer in plain words, ready to be printed. */
export function noticeText(unit: string, { receipt, lawyer, caseNo, what, today, answer }: NoticeFacts): string {
  const head = `${lawyer}律师：\n您预约${what}（案号 ${caseNo}，回执 ${receipt}）一事，`
  const body =
    answer.decision === 'confirm'
      ? `安排如下：\n时间：${longDay(answer.on)} ${answer.time}\n地点：${answer.place}${answer.text ? `\n说明：${answer.text}` : ''}\n请携带律师执业证书、律师事务所证明和委托书或者法律援助公函原件。`
      : `未能安排，理由：${answer.text}\n认为本院阻碍依法行使诉讼权利的，可以申诉或者控告（刑事诉讼法第四十九条）。`
  return `${head}${body}\n${unit}\n${longDay(today)}`
}

function longDay(iso: string): string {
  const { year, month, day } = Temporal.PlainDate.from(iso)
  return `${year}年${month}月${day}日`
}
