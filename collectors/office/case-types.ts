/** What kinds of case the demo office has: how many a year, who handles them, how long they take (domain.md A.2, I). */

export interface Limit {
  days?: number
  months?: number
  workdays?: number
}
export interface CaseType {
  /** 案件类别 as the export writes it. */
  name: string
  /** Between 示检 and 受 in the number. */
  code: string
  perYear: number
  departments: readonly (readonly [weight: number, department: string])[]
  custody: number
  limit: Limit
  /** In custody, when that is another one. */
  custodyLimit?: Limit
  /** Median days to the end and spread of the logarithm. */
  median: number
  spread: number
  nodes: readonly string[]
  outcomes: readonly (readonly [weight: number, outcome: string])[]
  /** Criminal cases have charges and suspects. */
  criminal: boolean
}

const D1 = [62, 'd1'] as const
const CRIMINAL = [D1, [20, 'd2'], [18, 'd4']] as const
const SUPERVISION = [
  [60, 'd1'],
  [30, 'd2'],
  [10, 'd4'],
] as const
const THIRD = [[1, 'd3']] as const
const FOURTH = [[1, 'd4']] as const
const INDICT = [
  [84, '提起公诉'],
  [11, '相对不起诉'],
  [3, '存疑不起诉'],
  [2, '法定不起诉'],
] as const
const DONE = [[1, '办结']] as const
const PROSECUTION = ['受理', '分案', '权利告知', '阅卷', '讯问', '听取意见', '审查报告', '决定', '文书送达']

export const CASE_TYPES: readonly CaseType[] = [
  {
    name: '审查逮捕',
    code: '捕',
    perYear: 190,
    departments: CRIMINAL,
    custody: 0.95,
    limit: { days: 15 },
    custodyLimit: { days: 7 },
    median: 6.3,
    spread: 0.15,
    nodes: ['受理', '分案', '阅卷', '讯问', '听取律师意见', '审查报告', '审批', '送达'],
    outcomes: [
      [76, '批准逮捕'],
      [24, '不批准逮捕'],
    ],
    criminal: true,
  },
  {
    name: '审查起诉（速裁）',
    code: '刑诉',
    perYear: 133,
    departments: CRIMINAL,
    custody: 0.1,
    limit: { days: 10 },
    median: 9.4,
    spread: 0.15,
    nodes: PROSECUTION,
    outcomes: INDICT,
    criminal: true,
  },
  {
    name: '审查起诉',
    code: '刑诉',
    perYear: 247,
    departments: CRIMINAL,
    custody: 0.3,
    limit: { months: 1 },
    median: 30.5,
    spread: 0.25,
    nodes: PROSECUTION,
    outcomes: INDICT,
    criminal: true,
  },
  {
    name: '不捕复议',
    code: '捕复',
    perYear: 6,
    departments: CRIMINAL,
    custody: 0,
    limit: { days: 7 },
    median: 5,
    spread: 0.2,
    nodes: ['受理', '另行指派', '审查', '答复'],
    outcomes: [
      [9, '维持'],
      [1, '改变'],
    ],
    criminal: true,
  },
  {
    name: '不起诉复议',
    code: '诉复',
    perYear: 6,
    departments: CRIMINAL,
    custody: 0,
    limit: { days: 30 },
    median: 22,
    spread: 0.3,
    nodes: ['受理', '另行指派', '审查', '答复'],
    outcomes: [
      [9, '维持'],
      [1, '改变'],
    ],
    criminal: true,
  },
  {
    name: '羁押必要性审查',
    code: '羁审',
    perYear: 30,
    departments: SUPERVISION,
    custody: 1,
    limit: { workdays: 10 },
    median: 10,
    spread: 0.25,
    nodes: ['受理', '分案', '初审', '听取意见', '评估', '建议'],
    outcomes: [
      [6, '不建议变更'],
      [4, '建议变更强制措施'],
    ],
    criminal: true,
  },
  {
    name: '立案监督',
    code: '立监',
    perYear: 20,
    departments: SUPERVISION,
    custody: 0,
    limit: { days: 15 },
    median: 11,
    spread: 0.3,
    nodes: ['受理', '分案', '要求说明理由', '审查理由', '通知'],
    outcomes: [
      [7, '理由成立'],
      [3, '通知立案'],
    ],
    criminal: true,
  },
  {
    name: '侦查活动监督',
    code: '侦监',
    perYear: 25,
    departments: SUPERVISION,
    custody: 0,
    limit: { months: 2 },
    median: 59,
    spread: 0.08,
    nodes: ['受理', '分案', '发现', '书面纠正', '回复', '复查'],
    outcomes: DONE,
    criminal: true,
  },
  {
    name: '判决审查',
    code: '判审',
    perYear: 42,
    departments: CRIMINAL,
    custody: 0,
    limit: { days: 10 },
    median: 9,
    spread: 0.15,
    nodes: ['受理', '分案', '填写审查表', '审批'],
    outcomes: [
      [96, '同意判决'],
      [4, '提请抗诉'],
    ],
    criminal: true,
  },
  {
    name: '抗诉',
    code: '抗',
    perYear: 3,
    departments: SUPERVISION,
    custody: 0.3,
    limit: { days: 10 },
    median: 8,
    spread: 0.2,
    nodes: ['受理', '分案', '审查', '提请抗诉'],
    outcomes: DONE,
    criminal: true,
  },
  {
    name: '刑事申诉',
    code: '刑申',
    perYear: 12,
    departments: FOURTH,
    custody: 0,
    limit: { months: 3 },
    median: 88,
    spread: 0.06,
    nodes: ['受理', '分案', '审查', '听证', '决定', '送达'],
    outcomes: DONE,
    criminal: true,
  },
  {
    name: '控告申诉信访',
    code: '控申',
    perYear: 80,
    departments: FOURTH,
    custody: 0,
    limit: { months: 3 },
    median: 89,
    spread: 0.07,
    nodes: ['登记', '分案', '程序回复', '办理', '实体答复', '息诉'],
    outcomes: [
      [6, '息诉'],
      [4, '答复'],
    ],
    criminal: false,
  },
  {
    name: '司法救助',
    code: '救助',
    perYear: 12,
    departments: FOURTH,
    custody: 0,
    limit: { workdays: 10 },
    median: 9,
    spread: 0.25,
    nodes: ['申请', '分案', '审查', '审批', '发放'],
    outcomes: [
      [8, '予以救助'],
      [2, '不予救助'],
    ],
    criminal: false,
  },
  {
    name: '民事诉讼监督',
    code: '民监',
    perYear: 35,
    departments: THIRD,
    custody: 0,
    limit: { months: 3 },
    median: 88,
    spread: 0.06,
    nodes: ['受理', '受理通知', '分案', '调卷', '听证', '审查终结', '送达'],
    outcomes: [
      [7, '不支持监督申请'],
      [2, '再审检察建议'],
      [1, '提请抗诉'],
    ],
    criminal: false,
  },
  {
    name: '行政诉讼监督',
    code: '行监',
    perYear: 14,
    departments: THIRD,
    custody: 0,
    limit: { months: 3 },
    median: 88,
    spread: 0.06,
    nodes: ['受理', '分案', '调卷', '争议化解', '审查终结', '送达'],
    outcomes: [
      [6, '不支持监督申请'],
      [4, '实质性化解'],
    ],
    criminal: false,
  },
  {
    name: '行政公益诉讼',
    code: '公益',
    perYear: 30,
    departments: THIRD,
    custody: 0,
    limit: { months: 5 },
    median: 150,
    spread: 0.04,
    nodes: ['线索', '分案', '评估', '立案', '调查', '检察建议', '跟进'],
    outcomes: [
      [9, '整改到位终结'],
      [1, '提起诉讼'],
    ],
    criminal: false,
  },
  {
    name: '附条件不起诉考察',
    code: '附考',
    perYear: 15,
    departments: FOURTH,
    custody: 0,
    limit: { months: 9 },
    median: 272,
    spread: 0.01,
    nodes: ['决定', '分案', '社会调查', '监督考察', '期满评估'],
    outcomes: [
      [9, '不起诉'],
      [1, '提起公诉'],
    ],
    criminal: true,
  },
]

/** Top charges of domain.md I, percent. */
export const CHARGES: readonly (readonly [number, string])[] = [
  [24, '危险驾驶罪'],
  [17, '盗窃罪'],
  [10, '故意伤害罪'],
  [8, '诈骗罪'],
  [7, '帮助信息网络犯罪活动罪'],
  [6, '掩饰、隐瞒犯罪所得罪'],
  [6, '交通肇事罪'],
  [5, '寻衅滋事罪'],
  [4, '非法采矿罪'],
  [3, '职务侵占罪'],
  [3, '合同诈骗罪'],
  [3, '非法经营罪'],
  [2, '滥伐林木罪'],
  [2, '污染环境罪'],
]
