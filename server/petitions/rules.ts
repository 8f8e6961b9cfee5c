import type { ColourRule, PetitionPart, PetitionRules } from '../../config/petitions.ts'
import { type Assessment, PETITION_COLOURS, type PetitionColour } from '../../contract/http/petitions.ts'

/** Pure rules of 五色 (domain.md D.1): points with reasons, hard rules above them, up at once, down one step. */

export type Facts = Readonly<Record<string, number | string>>
export interface SystemFacts {
  /** Replies that were given after their last day, or are past it. */
  lateReplies: number
  /** `YYYY-MM-DD` of the assessment. */
  today: string
}
export type Scored = Omit<Assessment, 'by' | 'at'>

export const rank = (colour: PetitionColour): number => PETITION_COLOURS.indexOf(colour)
export const higher = (a: PetitionColour, b: PetitionColour): PetitionColour => (rank(a) >= rank(b) ? a : b)
/** One step calmer; null at green. */
export const below = (colour: PetitionColour): PetitionColour | null => PETITION_COLOURS[rank(colour) - 1] ?? null

export const ruleOf = (rules: PetitionRules, colour: PetitionColour): ColourRule => {
  const found = rules.colours.find((one) => one.colour === colour)
  if (!found) throw new Error(`no colour ${colour}`)
  return found
}

/** What does not fit the parts of the rule file: `path` names the field. */
export interface FactProblem {
  path: string
  message: string
}
export function checkFacts(rules: PetitionRules, facts: Facts, signals: readonly string[]): FactProblem[] {
  const problems: FactProblem[] = []
  for (const [id, given] of Object.entries(facts)) {
    const part = rules.parts.find((one) => one.id === id)
    const path = `facts.${id}`
    if (!part) problems.push({ path, message: `没有打分项 “${id}”` })
    else if (part.ask === 'system') problems.push({ path, message: `“${part.name}”由系统推算，不用填写` })
    else if (part.ask === 'count' && typeof given !== 'number') problems.push({ path, message: `“${part.name}”应为数` })
    else if (part.ask === 'level' && !part.levels.some((level) => level.id === given))
      problems.push({ path, message: `“${part.name}”没有这一档` })
  }
  for (const part of rules.parts)
    if (part.ask !== 'system' && facts[part.id] === undefined)
      problems.push({ path: `facts.${part.id}`, message: `缺少“${part.name}”` })
  signals.forEach((id, at) => {
    if (!rules.signals.some((signal) => signal.id === id))
      problems.push({ path: `signals.${at}`, message: `没有硬规则 “${id}”` })
  })
  return problems
}

function pointsOf(part: PetitionPart, facts: Facts, system: SystemFacts, rules: PetitionRules): [number, string] {
  switch (part.ask) {
    case 'count': {
      const count = Number(facts[part.id] ?? 0)
      const step = part.steps.filter(({ from }) => count >= from).at(-1)
      return [step?.points ?? 0, `${count} ${part.unit}${step ? `，达到 ${step.from} ${part.unit}` : '，不加分'}`]
    }
    case 'level': {
      const level = part.levels.find(({ id }) => id === facts[part.id])
      return [level?.points ?? 0, level?.name ?? '未填']
    }
    case 'system': {
      if (part.id === 'overdue-reply')
        return [
          part.each * system.lateReplies,
          system.lateReplies > 0 ? `${system.lateReplies} 次答复逾期` : '没有逾期',
        ]
      const period = rules.sensitivePeriods.find(({ from, to }) => from <= system.today && system.today <= to)
      return [period ? part.each : 0, period ? `在${period.name}期间` : '不在敏感时期']
    }
  }
}

/** The colour of some points. */
export const colourOf = (rules: PetitionRules, score: number): PetitionColour =>
  rules.colours.filter(({ from }) => score >= from).at(-1)?.colour ?? 'green'

/** Points and hard rules of one assessment. Facts have passed `checkFacts`. */
export function assess(rules: PetitionRules, facts: Facts, signals: readonly string[], system: SystemFacts): Scored {
  const parts = rules.parts.map((part) => {
    const [points, reason] = pointsOf(part, facts, system, rules)
    return { id: part.id, name: part.name, points: Math.min(points, part.max), max: part.max, reason }
  })
  const score = parts.reduce((sum, { points }) => sum + points, 0)
  const scored = colourOf(rules, score)
  const hard = rules.signals
    .filter(({ id, when }) => signals.includes(id) || (when && Number(facts[when.part] ?? 0) >= when.atLeast))
    .map(({ id, name, atLeast }) => ({ id, name, atLeast }))
  const computed = hard.reduce((colour, { atLeast }) => higher(colour, atLeast), scored)
  return { score, scored, computed, parts, hard, rulesVersion: rules.version }
}

/** What an assessment does to a colour: never down. The first one sets it. */
export function raised(
  current: PetitionColour | null,
  computed: PetitionColour,
  byHand: PetitionColour | undefined,
): { to: PetitionColour; mayLower: boolean } {
  const wanted = byHand === undefined ? computed : higher(computed, byHand)
  if (current === null) return { to: wanted, mayLower: false }
  return { to: higher(current, wanted), mayLower: rank(wanted) < rank(current) }
}

export type Judgement = { ok: true; to: PetitionColour } | { ok: false; why: string }
/** A step down: exactly one, and not while the last assessment's hard rules still hold the colour up. */
export function lowered(
  current: PetitionColour | null,
  wanted: PetitionColour | undefined,
  last: Pick<Assessment, 'computed'> | null,
): Judgement {
  if (current === null) return { ok: false, why: '还没有研判定色' }
  const to = below(current)
  if (to === null) return { ok: false, why: '已是绿色，不能再降；可提请销号' }
  if (wanted !== undefined && wanted !== to) return { ok: false, why: '一次只能降一级，不能越级降' }
  if (last && rank(last.computed) > rank(to))
    return { ok: false, why: '最近一次研判的结果高于拟降到的颜色，请先重新研判' }
  return { ok: true, to }
}
