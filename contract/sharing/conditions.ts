import { z } from 'zod'
import { EVENT_TYPES } from '../catalogue.ts'
import { DOMAIN_WORDS } from '../domains.ts'

/**
 * The closed condition language of subscriptions and clue rules: a field of the topic, one of its comparisons, a value;
 * joined by 全部 or 任一, one level of groups inside. Nothing in it is executed: it is compared field by field.
 */

/** What one may subscribe to. Case events travel as `case`, never as `event`: their scope is the case's. */
export const TOPICS = ['event', 'alert', 'case', 'shared'] as const
export const Topic = z.enum(TOPICS)
export type Topic = z.infer<typeof Topic>
export const TOPIC_NAMES: Readonly<Record<Topic, string>> = {
  event: '采集事件',
  alert: '告警',
  case: '案件',
  shared: '外单位数据',
}
/** Words of permissions.yaml of which one is needed to open a record of the topic; for cases the scope narrows it. */
export const TOPIC_PERMISSIONS: Readonly<Record<Topic, readonly string[]>> = {
  event: ['events.read'],
  alert: ['alerts.read'],
  case: ['cases.read', 'cases.read-department', 'cases.read-own'],
  shared: ['exchange.read'],
}

export type FieldKind = 'text' | 'choice' | 'level' | 'number' | 'yes'
export interface Field {
  name: string
  kind: FieldKind
  /** Of `choice` and `level`: value → word; of `level` in ascending order. */
  options?: Readonly<Record<string, string>>
  unit?: string
}

const LEVELS = { info: '提示', notice: '一般', warning: '重要', critical: '紧急' }
const labels = (keep: (type: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(EVENT_TYPES)
      .filter(([type]) => keep(type))
      .map(([type, { label }]) => [type, label]),
  )
const when: Record<string, Field> = {
  hour: { name: '发生时刻（时）', kind: 'number', unit: '时' },
  workday: { name: '工作日', kind: 'yes' },
}

export const FIELDS: Readonly<Record<Topic, Readonly<Record<string, Field>>>> = {
  event: {
    type: { name: '事件类型', kind: 'choice', options: labels((type) => !type.startsWith('case.')) },
    domain: { name: '领域', kind: 'choice', options: DOMAIN_WORDS },
    severity: { name: '级别', kind: 'level', options: LEVELS },
    object: { name: '对象', kind: 'text' },
    device: { name: '设备', kind: 'text' },
    source: { name: '来源', kind: 'text' },
    ...when,
  },
  alert: {
    domain: { name: '领域', kind: 'choice', options: DOMAIN_WORDS },
    severity: { name: '级别', kind: 'level', options: LEVELS },
    rule: { name: '告警规则', kind: 'text' },
    title: { name: '标题', kind: 'text' },
    object: { name: '对象', kind: 'text' },
    ...when,
  },
  case: {
    change: { name: '变动', kind: 'choice', options: labels((type) => type.startsWith('case.')) },
    type: { name: '案件类别', kind: 'text' },
    wing: { name: '检察业务', kind: 'text' },
    cause: { name: '案由', kind: 'text' },
    department: { name: '承办部门', kind: 'text' },
    node: { name: '当前节点', kind: 'text' },
    custody: { name: '在押', kind: 'yes' },
    coercion: { name: '强制措施', kind: 'text' },
    daysLeft: { name: '剩余期限', kind: 'number', unit: '日' },
    outcome: { name: '处理结果', kind: 'text' },
    source: { name: '来源', kind: 'text' },
  },
  shared: {
    unit: { name: '提供单位', kind: 'text' },
    dataset: { name: '数据集', kind: 'text' },
    content: { name: '内容', kind: 'text' },
    source: { name: '来源', kind: 'text' },
  },
}

export const OPERATORS = ['is', 'is-not', 'in', 'contains', 'at-least', 'at-most', 'present', 'absent'] as const
export const Operator = z.enum(OPERATORS)
export type Operator = z.infer<typeof Operator>
/** `at-least` of a level means that grave or graver. */
export const OPERATOR_NAMES: Readonly<Record<Operator, string>> = {
  is: '是',
  'is-not': '不是',
  in: '是其中之一',
  contains: '含有',
  'at-least': '不低于',
  'at-most': '不高于',
  present: '有值',
  absent: '没有值',
}
export const OPERATORS_OF: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: ['contains', 'is', 'is-not', 'in', 'present', 'absent'],
  choice: ['is', 'is-not', 'in'],
  level: ['at-least', 'is'],
  number: ['at-least', 'at-most', 'is'],
  yes: ['is'],
}

const text = z.string().trim().min(1, '请填写比较的值').max(100)
export const Condition = z.strictObject({
  field: z.string().max(40),
  op: Operator,
  /** Left out for `present` and `absent`. */
  value: z.union([text, z.number(), z.boolean(), z.array(text).min(1).max(20)]).optional(),
})
export type Condition = z.infer<typeof Condition>
const Match = z.enum(['all', 'any'])
export const Group = z.strictObject({
  match: Match,
  of: z
    .array(z.union([Condition, z.strictObject({ match: Match, of: z.array(Condition).min(1).max(8) })]))
    .min(1, '至少要有一个条件')
    .max(8, '不超过 8 个条件'),
})
export type Group = z.infer<typeof Group>
export type Part = Group['of'][number]

/** What does not fit the topic: path below the group and what to do. Empty = it is a sentence of the language. */
export function conditionIssues(topic: Topic, group: Group): { path: string; message: string }[] {
  return group.of.flatMap((part, n) =>
    'of' in part
      ? part.of.flatMap((one, m) => issuesOf(topic, one, `of.${n}.of.${m}`))
      : issuesOf(topic, part, `of.${n}`),
  )
}

function issuesOf(topic: Topic, { field, op, value }: Condition, path: string) {
  const known = Object.hasOwn(FIELDS[topic], field) ? FIELDS[topic][field] : undefined
  if (!known) return [{ path: `${path}.field`, message: `“${TOPIC_NAMES[topic]}”没有字段“${field}”` }]
  if (!OPERATORS_OF[known.kind].includes(op))
    return [{ path: `${path}.op`, message: `“${known.name}”不能用“${OPERATOR_NAMES[op]}”比较` }]
  const wrong = wrongValue(known, op, value)
  return wrong ? [{ path: `${path}.value`, message: `“${known.name}”${wrong}` }] : []
}

function wrongValue({ kind, options }: Field, op: Operator, value: Condition['value']): string | null {
  if (op === 'present' || op === 'absent') return value === undefined ? null : '不需要比较的值'
  if (value === undefined) return '缺少比较的值'
  if (op === 'in') {
    if (!Array.isArray(value)) return '要写成一组值'
    return options && value.some((one) => !Object.hasOwn(options, one)) ? '有不认识的值' : null
  }
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? null : '要写成数字'
  if (kind === 'yes') return typeof value === 'boolean' ? null : '要写成是或否'
  if (typeof value !== 'string') return '要写成文字'
  return options && !Object.hasOwn(options, value) ? '有不认识的值' : null
}

/** The whole condition in words: `在押 是 是` never, `在押 且 案件类别 含有“逮捕”`. */
export const conditionText = (topic: Topic, group: Group): string =>
  group.of
    .map((part) => {
      if (!('of' in part)) return oneText(topic, part)
      const inner = part.of.map((one) => oneText(topic, one)).join(JOIN[part.match])
      return part.of.length > 1 && group.of.length > 1 ? `（${inner}）` : inner
    })
    .join(JOIN[group.match])
const JOIN = { all: '，且', any: '，或' }

export function oneText(topic: Topic, { field, op, value }: Condition): string {
  const known = FIELDS[topic][field]
  if (!known) return field
  const { name, kind, options, unit = '' } = known
  const word = (one: unknown) => options?.[String(one)] ?? String(one)
  if (op === 'present' || op === 'absent') return `${name}${OPERATOR_NAMES[op]}`
  if (kind === 'yes') return value === true ? `${name}` : `非${name}`
  if (Array.isArray(value)) return `${name}为${value.map((one) => `“${word(one)}”`).join('或')}`
  if (kind === 'number') return `${name}${op === 'is' ? '等于' : OPERATOR_NAMES[op]} ${word(value)} ${unit}`.trimEnd()
  return `${name}${OPERATOR_NAMES[op]}“${word(value)}”`
}

/** Whether a field is spoken of at all. */
export const mentions = (group: Group, field: string): boolean =>
  group.of.some((part) => ('of' in part ? part.of.some((one) => one.field === field) : part.field === field))
