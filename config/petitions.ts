import { z } from 'zod'
import { PETITION_COLOURS } from '../contract/http/petitions.ts'
import type { ConfigIssue, Located } from './load.ts'

/** rules/petitions.yaml: how 五色 come about, what each asks for, and how a matter goes its way (domain.md D). */

const id = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, '只能用小写字母、数字、点和连字符')
const text = z.string().min(1)
const colour = z.enum(PETITION_COLOURS)
const points = z.int().min(0).max(100)
const days = z.int().min(1).max(366)

const Level = z.strictObject({ id, name: text, points })
/** `count`: a number is asked and the highest step that it reaches counts. `system`: reckoned by the house. */
export const PetitionPart = z.discriminatedUnion('ask', [
  z.strictObject({
    id,
    name: text,
    ask: z.literal('count'),
    unit: text,
    max: points,
    steps: z.array(z.strictObject({ from: z.int().min(1), points })).min(1),
  }),
  z.strictObject({ id, name: text, ask: z.literal('level'), max: points, levels: z.array(Level).min(2) }),
  z.strictObject({
    id: z.enum(['overdue-reply', 'sensitive-period']),
    name: text,
    ask: z.literal('system'),
    max: points,
    /** Points of each late reply; of a day within a sensitive period. */
    each: points,
  }),
])
export type PetitionPart = z.output<typeof PetitionPart>

const Span = z.union(
  [z.strictObject({ hours: z.int().min(1).max(720) }), z.strictObject({ rule: id })],
  '写成 { hours: 小时 } 或 { rule: deadlines.yaml 的规则 }',
)
export const FIRST_ACTIONS = ['warn', 'assign', 'resolve', 'reply', 'attempt', 'feedback', 'send'] as const
export const ColourRule = z.strictObject({
  colour,
  tier: text,
  /** Points from which on it is this colour. */
  from: points,
  manifestation: text,
  measures: z.array(text).min(1),
  responsible: text,
  /** Titles of those who may lead such a matter. */
  leaderTitles: z.array(text).min(1),
  firstAction: Span,
  firstActionWords: text,
  /** Steps that count as the first action. */
  firstActionBy: z.array(z.enum(FIRST_ACTIONS)).min(1),
  reviewDays: days,
  reviewWords: text,
  reports: z.array(text),
  /** One level above: whose approval a step down needs. Green goes no lower. */
  approval: z.strictObject({ permission: id, name: text }).optional(),
})
export type ColourRule = z.output<typeof ColourRule>

export const PetitionRules = z
  .strictObject({
    version: text,
    effective_from: z.iso.date(),
    legal_basis: text,
    numberPrefix: text,
    /** Where a matter goes that names no department; where the office has none by that id, to the department of who registers it. */
    department: text,
    headTitles: z.array(text).min(1),
    kinds: z.array(z.strictObject({ id, name: text, match: z.array(text).default([]) })).min(1),
    units: z.array(z.strictObject({ id, name: text })),
    /** Ids of deadlines.yaml. */
    replies: z.strictObject({ procedural: id, substantive: id, monthly: id }),
    exempt: z.strictObject({ attempts: z.int().min(1) }),
    colours: z.array(ColourRule).length(5),
    parts: z.array(PetitionPart).min(1),
    sensitivePeriods: z.array(z.strictObject({ name: text, from: z.iso.date(), to: z.iso.date() })),
    /** Hard rules: a signal that is ticked, or a part's number that is reached. */
    signals: z.array(
      z.strictObject({
        id,
        name: text,
        atLeast: colour,
        when: z.strictObject({ part: id, atLeast: z.int().min(1) }).optional(),
        /** Counts as 上访 on the board of the three zeros, by itself. */
        zero: z.boolean().default(false),
        veto: id.optional(),
      }),
    ),
    approvalHours: z.int().min(1).max(720),
    closing: z.strictObject({ permission: id, name: text }),
    /** Days after 销号. */
    revisitDays: z.array(days).min(1),
    revisitEarlyDays: z.int().min(0).max(30),
    /** Nothing happened that long: stuck. */
    stuckDays: days,
    /** A task is put on the desk that many days before the last day. */
    taskDays: z.int().min(0).max(60),
    maxFilesMiB: z.int().min(1),
    zeros: z.strictObject({
      vetoes: z.array(z.strictObject({ id, kind: z.enum(['petition', 'accident', 'case']), name: text })),
      /** Open matters from this colour on put the quarter at risk. */
      riskFrom: colour,
    }),
  })
  .superRefine((rules, context) => {
    const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    rules.colours.forEach((one, at) => {
      if (one.colour !== PETITION_COLOURS[at])
        complain(['colours', at, 'colour'], `次序须为 ${PETITION_COLOURS.join('、')}`)
      const before = rules.colours[at - 1]
      if (before && one.from <= before.from) complain(['colours', at, 'from'], '分数线须逐级升高')
      if (at === 0 && one.from !== 0) complain(['colours', at, 'from'], '最低一级须从 0 分起')
      if (at > 0 && !one.approval) complain(['colours', at], '须写 approval：降级由谁批准')
    })
    const partIds = new Map(rules.parts.map((part) => [part.id as string, part]))
    if (partIds.size !== rules.parts.length) complain(['parts'], '打分项编号重复')
    const vetoes = new Set(rules.zeros.vetoes.map((veto) => veto.id))
    rules.signals.forEach(({ when, veto }, at) => {
      if (when && partIds.get(when.part)?.ask !== 'count')
        complain(['signals', at, 'when'], `打分项 “${when.part}” 不存在或不是计数项`)
      if (veto && !vetoes.has(veto)) complain(['signals', at, 'veto'], `zeros.vetoes 没有 “${veto}”`)
    })
    for (const list of ['signals', 'kinds', 'units'] as const) {
      const ids = rules[list].map((one) => one.id)
      ids.forEach((one, at) => {
        if (ids.indexOf(one) !== at) complain([list, at, 'id'], `“${one}” 重复`)
      })
    }
    rules.revisitDays.forEach((day, at) => {
      if (at > 0 && day <= (rules.revisitDays[at - 1] ?? 0)) complain(['revisitDays', at], '回访日数须递增')
    })
  })
export type PetitionRules = z.output<typeof PetitionRules>

/** References into other files that lead nowhere. */
export function checkPetitions(
  petitions: Located<PetitionRules>,
  files: {
    deadlines: { value: { rules: readonly { id: string }[] } }
    permissions: { value: { roles: Readonly<Record<string, { grants: readonly string[] }>> } }
  },
): ConfigIssue[] {
  const { replies, colours, closing } = petitions.value
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: petitions.file, line: petitions.lineOf(path), path: path.join('.'), message })
  const rules = new Set(files.deadlines.value.rules.map((rule) => rule.id))
  for (const [key, rule] of Object.entries(replies))
    if (!rules.has(rule)) complain(['replies', key], `deadlines.yaml 没有规则 “${rule}”`)
  const granted = new Set(Object.values(files.permissions.value.roles).flatMap(({ grants }) => grants))
  if (!granted.has(closing.permission)) complain(['closing', 'permission'], `没有角色持有 “${closing.permission}”`)
  colours.forEach(({ firstAction, approval }, at) => {
    if ('rule' in firstAction && !rules.has(firstAction.rule))
      complain(['colours', at, 'firstAction'], `deadlines.yaml 没有规则 “${firstAction.rule}”`)
    if (approval && !granted.has(approval.permission))
      complain(['colours', at, 'approval'], `没有角色持有 “${approval.permission}”`)
  })
  return issues
}
