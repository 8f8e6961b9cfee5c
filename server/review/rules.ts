import type { REVIEW_STEPS, ReviewRules } from '../../config/schema.ts'
import type { RefusalId } from '../../contract/http/problem.ts'
import type { Grade, ReviewKind, StageId } from '../../contract/http/reviews.ts'

/**
 * Pure rules of 检查→核查→评查→反馈→整改 (domain.md C). Each step is done by one person, and who has had a hand in a case
 * does not judge it: reviewer ≠ handler ≠ checker, of another department; the second look is another one's again.
 */
export type OpenStep = (typeof REVIEW_STEPS)[number]
/** `filed`: checked and not selected for 评查. `archived`: 评查 done, in the performance file. */
export type Step = OpenStep | 'filed' | 'archived'

export interface Review {
  id: string
  caseId: string
  /** Person ids. */
  handler: string
  department: string
  step: Step
  /** Last day of the step, `YYYY-MM-DD`; null when nothing is awaited. */
  due: string | null
  kind: ReviewKind | null
  trigger: string | null
  checker: string | null
  reviewer: string | null
  restudier: string | null
  disputed: boolean
  score: number | null
  veto: boolean
  proposed: Grade | null
  grade: Grade | null
}

const STAGE: Record<OpenStep, StageId> = {
  'self-check': 'check',
  'dept-check': 'verify',
  assign: 'review',
  evaluate: 'review',
  answer: 'feedback',
  'restudy-assign': 'feedback',
  restudy: 'feedback',
  decide: 'feedback',
  rectify: 'rectify',
  confirm: 'rectify',
}
/** Null: nothing is awaited any more. */
export const stageOf = (step: Step): StageId | null => (step === 'filed' || step === 'archived' ? null : STAGE[step])
/** The last day itself is in time. */
export const isOverdue = (review: Pick<Review, 'step' | 'due'>, today: string): boolean =>
  stageOf(review.step) !== null && review.due !== null && review.due < today

export interface Person {
  id: string
  department: string
}

export type Action =
  | { do: 'self-check'; by: Person; problems: number }
  | { do: 'dept-check'; by: Person; passed: boolean }
  | { do: 'select'; kind: ReviewKind; trigger: string | null }
  | { do: 'assign'; reviewer: Person }
  | {
      do: 'evaluate'
      by: Person
      deductions: Readonly<Record<string, number>>
      veto: readonly string[]
      grade: Grade
      reason: string
    }
  | { do: 'answer'; by: Person; accepted: boolean }
  | { do: 'silence' }
  | { do: 'restudy'; by: Person; grade: Grade }
  | { do: 'decide'; by: Person; grade: Grade; committee: string | null; rectify: boolean }
  | { do: 'rectify'; by: Person }
  | { do: 'confirm'; by: Person; passed: boolean }

export type Verdict = { ok: true; next: Review } | { ok: false; refusal: RefusalId; why: string }

const no = (why: string, refusal: RefusalId = 'unprocessable'): Verdict => ({ ok: false, refusal, why })

/** Which step an action belongs to; `select` also catches a case that is still being checked. */
export const STEP_OF: Record<Action['do'], readonly Step[]> = {
  'self-check': ['self-check'],
  'dept-check': ['dept-check'],
  select: ['self-check', 'dept-check', 'filed'],
  assign: ['assign', 'restudy-assign'],
  evaluate: ['evaluate'],
  answer: ['answer'],
  silence: ['answer'],
  restudy: ['restudy'],
  decide: ['decide'],
  rectify: ['rectify'],
  confirm: ['confirm'],
}

/** What an action makes of a review, or why it may not be. @param today `YYYY-MM-DD` in the office */
export function act(rules: ReviewRules, review: Review, action: Action, today: string): Verdict {
  if (!STEP_OF[action.do].includes(review.step)) return no('这一步已由他人完成，或还没有轮到', 'conflict')
  const to = (step: Step, change: Partial<Review> = {}): Verdict => ({
    ok: true,
    next: { ...review, ...change, step, due: dueOf(rules, step, today) },
  })
  switch (action.do) {
    case 'self-check':
      return action.by.id === review.handler ? to('dept-check') : no('自查表由承办人本人填写', 'forbidden')
    case 'dept-check':
      return checked(review, action, to)
    case 'select':
      return review.kind !== null
        ? no('已选定评查', 'conflict')
        : review.step === 'filed'
          ? to('assign', { kind: action.kind, trigger: action.trigger })
          : { ok: true, next: { ...review, kind: action.kind, trigger: action.trigger } }
    case 'assign':
      return assigned(review, action.reviewer, to)
    case 'evaluate':
      return evaluated(rules, review, action, today, to)
    case 'answer':
      if (action.by.id !== review.handler) return no('由承办人本人回复', 'forbidden')
      return action.accepted ? to('decide') : to('restudy-assign', { disputed: true })
    case 'silence':
      return review.due !== null && review.due < today ? to('decide') : no('异议期未满', 'conflict')
    case 'restudy':
      if (action.by.id !== review.restudier) return no('由指定的复核人提出意见', 'forbidden')
      return gradeRefused(rules, review, action.grade, today) ?? to('decide', { proposed: action.grade })
    case 'decide':
      return decided(rules, review, action, today, to)
    case 'rectify':
      return action.by.id === review.handler ? to('confirm') : no('由承办人整改', 'forbidden')
    case 'confirm':
      if (action.by.id === review.handler) return no('整改不能由承办人自己确认', 'same-person')
      return to(action.passed ? 'archived' : 'rectify')
  }
}

type To = (step: Step, change?: Partial<Review>) => Verdict

function checked(review: Review, { by, passed }: { by: Person; passed: boolean }, to: To): Verdict {
  if (by.id === review.handler) return no('核查人不能是承办人', 'same-person')
  if (by.department !== review.department) return no('核查表由承办人所在部门填写', 'forbidden')
  if (!passed) return to('self-check')
  return to(review.kind === null ? 'filed' : 'assign', { checker: by.id })
}

/** Why somebody may not judge this case; undefined = may. */
export function barred(review: Review, person: Person): string | undefined {
  if (person.id === review.handler) return '评查人不能是承办人'
  if (person.id === review.checker) return '评查人不能是核查人'
  if (person.department === review.department) return '评查人须来自其他部门'
  if (review.step === 'restudy-assign' && person.id === review.reviewer) return '复核须另行指派，不能是原评查人'
  return undefined
}

function assigned(review: Review, person: Person, to: To): Verdict {
  const why = barred(review, person)
  if (why) return no(why)
  return review.step === 'assign' ? to('evaluate', { reviewer: person.id }) : to('restudy', { restudier: person.id })
}

function evaluated(
  rules: ReviewRules,
  review: Review,
  action: Extract<Action, { do: 'evaluate' }>,
  today: string,
  to: To,
): Verdict {
  if (action.by.id !== review.reviewer) return no('由指定的评查人评查', 'forbidden')
  const unknown = action.veto.find((id) => !rules.veto.some((item) => item.id === id))
  if (unknown !== undefined) return no(`没有否决项 ${unknown}`)
  const score = scoreOf(rules, action.deductions)
  if (typeof score === 'string') return no(score)
  const marked: Review = { ...review, score, veto: action.veto.length > 0 }
  const refused = gradeRefused(rules, marked, action.grade, today)
  if (refused) return refused
  // 等次以结论为准而不只看分数: another grade than the points suggest is possible, with its reason.
  if (action.grade !== suggested(rules, score, marked.veto, today) && action.reason.length < 10)
    return no('等次与分数线不同，请写明理由，至少 10 个字')
  return to('answer', { score, veto: marked.veto, proposed: action.grade })
}

/** 100 less the deductions; a sentence when the card does not hold them. */
export function scoreOf(rules: ReviewRules, deductions: Readonly<Record<string, number>>): number | string {
  let score = 100
  for (const [id, points] of Object.entries(deductions)) {
    const item = rules.card.find((one) => one.id === id)
    if (!item) return `没有评分项 ${id}`
    if (!Number.isInteger(points) || points < 0 || points > item.weight)
      return `“${item.name}”扣分须为 0–${item.weight} 的整数`
    score -= points
  }
  return score
}

/** Grades that may be given on that day: 瑕疵 only before 2026, 基本合格 only since. */
export const gradesOn = (rules: ReviewRules, day: string): readonly Grade[] =>
  rules.grades.filter(({ from }) => from <= day).sort((a, b) => (a.from < b.from ? 1 : -1))[0]?.ids ?? []

export function suggested(rules: ReviewRules, score: number, veto: boolean, day: string): Grade {
  if (veto) return 'unqualified'
  return (
    gradesOn(rules, day).find((grade) => score >= (rules.bands[grade] ?? Number.POSITIVE_INFINITY)) ?? 'unqualified'
  )
}

function gradeRefused(rules: ReviewRules, review: Review, grade: Grade, day: string): Verdict | undefined {
  if (!gradesOn(rules, day).includes(grade)) return no('此等次当日不适用')
  if (review.veto && grade !== 'unqualified') return no('有否决项，只能评为不合格')
  return undefined
}

function decided(
  rules: ReviewRules,
  review: Review,
  action: Extract<Action, { do: 'decide' }>,
  today: string,
  to: To,
): Verdict {
  const hands = [review.handler, review.checker, review.reviewer, review.restudier]
  if (hands.includes(action.by.id)) return no('经办、核查、评查过本案的人不能决定等次', 'same-person')
  const refused = gradeRefused(rules, review, action.grade, today)
  if (refused) return refused
  if ((review.disputed || action.grade === 'unqualified') && !action.committee)
    return no('不合格或有异议的，须经检察委员会讨论，请填写会议记录编号')
  return to(action.rectify ? 'rectify' : 'archived', { grade: action.grade })
}

/** Last day of a step that begins today: the first day is not counted. */
export function dueOf(rules: ReviewRules, step: Step, today: string): string | null {
  if (step === 'filed' || step === 'archived') return null
  return Temporal.PlainDate.from(today).add({ days: rules.days[step] }).toString()
}

/** The trigger that makes 评查 of a concluded case a duty; undefined = none that the data show. */
export const mandatoryTrigger = (
  rules: ReviewRules,
  found: { outcome: string | null; custody: boolean },
): string | undefined =>
  rules.mandatory.find(
    ({ outcomes, custody }) =>
      found.outcome !== null &&
      outcomes.includes(found.outcome) &&
      (custody === undefined || custody === found.custody),
  )?.id

/** How many cases of a handler the sample still needs this year: ≥ 5 % rounded up and ≥ 2, as far as there are any. */
export function sampleNeed(rules: ReviewRules, closed: number, sampled: number): number {
  const wanted = Math.max(rules.sample.perHandler, Math.ceil((closed * rules.sample.percent) / 100))
  return Math.max(0, Math.min(wanted, closed) - sampled)
}
