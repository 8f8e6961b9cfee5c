import type { Searchable } from '../../../server/feature.ts'

/** A generated office: what a procuratorate would gather in twenty years, in the words of the demo. Deterministic. */
const CAUSES = [
  ...['危险驾驶罪', '盗窃罪', '故意伤害罪', '诈骗罪', '帮助信息网络犯罪活动罪', '掩饰、隐瞒犯罪所得罪', '交通肇事罪'],
  ...['寻衅滋事罪', '非法采矿罪', '开设赌场罪', '敲诈勒索罪', '强奸罪', '抢劫罪', '贪污罪', '受贿罪', '职务侵占罪'],
]
const TYPES = [
  '审查起诉',
  '审查逮捕',
  '判决审查',
  '侦查活动监督',
  '羁押必要性审查',
  '民事诉讼监督',
  '行政诉讼监督',
  '公益诉讼',
]
const DEPARTMENTS = ['第一检察部', '第二检察部', '第三检察部', '第四检察部']
const NODES = ['受理', '阅卷', '讯问', '听取意见', '审批', '归档']
const ALERTS = ['强行开门', '超时未关', '终端离线', '病毒告警', '违规外联', '审查起诉期限临近', '巡查漏检', '门磁故障']
const DEMANDS = [
  ...[
    '反映征地补偿标准不公',
    '不服不起诉决定请求追究',
    '控告办案人员超期羁押',
    '举报村干部侵占集体资金',
    '请求司法救助',
  ],
  ...['反映欠薪问题久拖不决', '不服法院判决请求监督', '反映污染河道无人处理'],
]
const PHRASES = [
  ...[
    '经依法审查查明',
    '犯罪嫌疑人到案后如实供述',
    '被害人出具谅解书',
    '使用移动存储介质',
    '案发当日夜间',
    '公安机关移送',
  ],
  ...['现场监控显示', '物证已随案移送', '认罪认罚具结书已签署', '建议判处有期徒刑', '涉案财物已扣押', '辩护人提出意见'],
  ...['鉴定意见为轻伤二级', '银行流水显示转账', '手机号码归属地', '车辆在停车场', '伪造公章一枚', '退赔全部损失'],
]

export const HANDLERS = 40
export const END = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const YEARS_MS = 20 * 365 * 86_400_000

/** xorshift32: the same office in each run. */
export function dice(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
const pick = <One>(list: readonly One[], roll: (below: number) => number): One => list[roll(list.length)] as One

/** Half cases, a quarter alerts, the rest matters and documents. */
export function record(n: number, roll: (below: number) => number): Searchable {
  const at = END - roll(YEARS_MS / 60_000) * 60_000
  const year = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Asia/Shanghai').year
  const [type, cause, department, node] = [
    pick(TYPES, roll),
    pick(CAUSES, roll),
    pick(DEPARTMENTS, roll),
    pick(NODES, roll),
  ]
  const phrases = Array.from({ length: 3 + roll(4) }, () => pick(PHRASES, roll)).join('，')
  const own = `own:${10_000 + roll(HANDLERS)}`
  const base = { at, colour: null, department, state: roll(10) === 0 ? 'open' : 'closed' } as const
  const number = `示检刑诉受[${year}]${14_000_000 + n}号`
  const rest = { stateName: node, access: ['all', `department:${department}`, own] }
  if (n % 4 === 3)
    return {
      ...base,
      ...rest,
      kind: 'alert',
      ref: `A-${n}`,
      title: pick(ALERTS, roll),
      numbers: [`A-${year}1124-${n}`],
      text: `${department}${1 + roll(24)}号门 · 终端 PC-D${1 + roll(4)}-${String(roll(40)).padStart(3, '0')} · ${phrases}`,
      link: '/desk/alerts/x',
      access: ['all'],
      words: [],
    }
  if (n % 8 === 6)
    return {
      ...base,
      ...rest,
      kind: 'petition',
      ref: `m${n}`,
      title: `${pick(DEMANDS, roll)}（${n}）`,
      numbers: [`信访〔${year}〕${n} 号`],
      text: `${phrases}；涉及${cause}`,
      link: '/desk/petitions/x',
      words: [department],
    }
  if (n % 8 === 2)
    return {
      ...base,
      ...rest,
      kind: 'document',
      ref: `d${n}`,
      title: `${cause}不起诉决定书`,
      numbers: [`示检刑不诉[${year}]${n}号`],
      text: Array.from({ length: 6 }, () => `${pick(PHRASES, roll)}，${pick(PHRASES, roll)}。`).join(''),
      link: '/desk/disclosure/x',
      words: ['不起诉决定书'],
    }
  return {
    ...base,
    ...rest,
    kind: 'case',
    ref: `c${n}`,
    title: `${type} · ${cause}`,
    numbers: [number, `示检统受[${year}]${14_000_000 + n}号`],
    text: `${node} · ${department} · 取保候审`,
    link: '/desk/cases/x',
    words: [type, cause, department, node],
  }
}
