/** Vocabulary of flow monitoring (domain.md A.4): groups of checks, stages of a finding, what may be done with it. */

/** Articles 5 ff. of 《人民检察院案件流程监控工作规定（试行）》（2016）; the order of the text, never of the counts. */
export const MONITORING_GROUPS = {
  INTAKE: '受理',
  COERCION: '强制措施',
  PROPERTY: '涉案财物',
  TIME_LIMIT: '办案期限',
  RIGHTS: '诉讼权利',
  DOCUMENT: '文书',
  DATA_ENTRY: '系统填录',
  DISCLOSURE: '公开',
  ASSIGNMENT: '分案承办',
  RISK: '信访风险',
} as const
export type MonitoringGroup = keyof typeof MONITORING_GROUPS
export const MONITORING_GROUP_IDS = Object.keys(MONITORING_GROUPS) as [MonitoringGroup, ...MonitoringGroup[]]

/** `recorded`: it happened before monitoring began here and is only counted. The last four are at their end. */
export const FINDING_STAGES = {
  found: '待处理',
  reminded: '已提示',
  verbal: '口头提示',
  noticed: '已发通知书',
  answered: '已答复待审',
  head: '报部门负责人',
  deputy: '报分管领导',
  corrected: '已纠正',
  dismissed: '不属问题',
  'handed-over': '移送检务督察',
  recorded: '历史登记',
} as const
export type FindingStage = keyof typeof FINDING_STAGES
export const FINDING_STAGE_IDS = Object.keys(FINDING_STAGES) as [FindingStage, ...FindingStage[]]
export const FINDING_ENDS = ['corrected', 'dismissed', 'handed-over', 'recorded'] as const satisfies FindingStage[]
export const isFindingOpen = (stage: FindingStage): boolean => !(FINDING_ENDS as readonly string[]).includes(stage)

/** How a check is to be followed up, from light to grave. */
export const MEASURES = { remind: '到期提示', verbal: '口头提示', notice: '流程监控通知书' } as const
export type Measure = keyof typeof MEASURES
export const MEASURE_IDS = Object.keys(MEASURES) as [Measure, ...Measure[]]

/** Everything that may happen to a finding, in the words of its history. */
export const FINDING_ACTIONS = {
  found: '发现',
  gone: '数据显示已消除',
  readdress: '承办人变更',
  remind: '发出提示',
  verbal: '口头提示',
  notice: '发出流程监控通知书',
  reply: '书面答复',
  accept: '认可答复',
  refuse: '退回补充答复',
  escalate: '升级报告',
  instruct: '分管领导批示',
  'hand-over': '移送检务督察',
  dismiss: '认定不属问题',
} as const
export type FindingAction = keyof typeof FINDING_ACTIONS
