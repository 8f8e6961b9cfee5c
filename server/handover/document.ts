import { officeTime } from '../../config/zone.ts'
import { HANDOVER_STATES, type HandoverAlert, type HandoverItem } from '../../contract/http/handover.ts'
import { ALERT_STATE_WORDS, ALERT_STEP_WORDS } from '../../contract/panels/alerts.ts'
import { SEVERITY_WORDS } from '../../contract/severity.ts'

/** Blocks of the shape that the writers of docx and pdf take (server/disclosure/files/model.ts). */
export type SheetBlock =
  | { style: 'title' | 'heading' | 'body' | 'note' | 'footer'; text: string; align: 'left' | 'center' }
  | { style: 'table'; rows: string[][] }

export const minuteText = (at: number): string =>
  officeTime(at).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')

/** The sheet on paper: the same words as on the page, and room for two signatures. */
export function handoverBlocks(item: HandoverItem): SheetBlock[] {
  const { sheet, given, taken } = item
  const p = (
    style: 'title' | 'heading' | 'body' | 'note' | 'footer',
    text: string,
    align: 'left' | 'center' = 'left',
  ) => ({ style, text, align }) as const
  const list = (rows: string[][], head: string[], none: string): SheetBlock =>
    rows.length === 0 ? p('body', none) : { style: 'table', rows: [head, ...rows] }
  const alertRows = (alerts: readonly HandoverAlert[]) =>
    alerts.map((one) => [
      SEVERITY_WORDS[one.severity],
      `${one.title}（${one.why}）`,
      `${ALERT_STATE_WORDS[one.state]} · ${ALERT_STEP_WORDS[one.step]}`,
      one.owner ?? '待认领',
      minuteText(one.firstAt),
    ])
  const HEAD = ['级别', '告警', '状态', '归属', '首次']
  return [
    p('title', '交接班表', 'center'),
    p(
      'body',
      `${sheet.unit}${sheet.demo ? '（演示数据）' : ''}　${sheet.from} → ${sheet.to}　${minuteText(sheet.boundary)}`,
      'center',
    ),
    p(
      'note',
      `内容固定于 ${minuteText(sheet.at)}；状态：${HANDOVER_STATES[item.state]}${item.voidReason ? `（${item.voidReason}）` : ''}`,
      'center',
    ),
    p('heading', `一、未确认的告警（${sheet.open.length}）`),
    list(alertRows(sheet.open), HEAD, '无'),
    p('heading', `二、已确认、未关闭的告警（${sheet.pending.length}）`),
    list(alertRows(sheet.pending), HEAD, '无'),
    p('heading', `三、中断的来源（${sheet.sourcesDown.length}）`),
    list(
      sheet.sourcesDown.map((one) => [one.name, one.word, one.lastOkAt === null ? '从未' : minuteText(one.lastOkAt)]),
      ['来源', '状态', '最后正常'],
      '无',
    ),
    p('heading', '四、事项与承诺'),
    p('body', item.notes || '无事项'),
    list(
      item.promises.map((one) => [one.what, one.who, one.due || '下一班内']),
      ['承诺', '由谁办', '何时'],
      '无承诺',
    ),
    p('heading', '五、本班演练'),
    list(
      sheet.drills.map((one) => [one.id, one.title, one.result]),
      ['编号', '情景', '结果'],
      '无',
    ),
    p('heading', '六、各链链头'),
    list(
      sheet.heads.map((one) => [one.name, `${one.chain} #${one.seq}`, one.hash]),
      ['链', '序号', '哈希'],
      '尚无链条目',
    ),
    p('heading', '七、签字'),
    {
      style: 'table',
      rows: [
        ['', '交班人', '接班人'],
        ['岗位、姓名', `${given.post} ${given.name}`, taken ? `${taken.post} ${taken.name}` : ''],
        ['电子签字时间', minuteText(given.at), taken ? minuteText(taken.at) : '尚未签字'],
        [
          '链 handover',
          `#${given.seq} ${given.hash.slice(0, 16)}`,
          taken ? `#${taken.seq} ${taken.hash.slice(0, 16)}` : '',
        ],
        ['接班意见', '', taken?.note ?? ''],
        ['手签', '', ''],
      ],
    },
    p('note', `内容哈希（SHA-256）：${item.sha256}`),
    p('footer', '数据用于分析研判，不作考核排名'),
  ]
}
