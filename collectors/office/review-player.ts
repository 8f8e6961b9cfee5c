import { z } from 'zod'
import type { ReviewRules, Site } from '../../config/schema.ts'
import { officeTime } from '../../config/zone.ts'
import { reviewRoutes } from '../../contract/http/reviews.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { evaluation, PROBLEMS } from './review-card.ts'
import { Visits } from './visits.ts'

/** Of every step that many stay where they are, so that a visitor finds something to do. */
export const KEEP_PER_STEP = 2
/** Reviews of concluded cases of the past that a new office opens, so that grades and performance files live. */
export const FIRST_REVIEWS = 40
const FIRST_MOVES = 60
const FIRST_GAP_MS = 15_000
const FIRST_MINUTES_MS = 600_000
const DESK = 'case-management'

type Item = z.infer<(typeof reviewRoutes)['list']['answer']>['items'][number]
type Person = Site['people'][number]

const Closed = z.object({ items: z.array(z.object({ id: z.string() })) })
const Sample = z.object({ sampleId: z.string() })
const Assigned = z.object({ reviewer: z.string() })

export interface ReviewPlayerOptions {
  call: DeskCall
  site: Site
  rules: ReviewRules
  chance: Chance
  /** 32 bytes hex from real chance: what goes into a sample may not be guessable. */
  nonce(): string
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/**
 * Everybody who has a hand in 检查→核查→评查→反馈→整改, at their own desks through the product's own HTTP interface:
 * handlers check themselves, departments check them, reviewers of other departments judge, some object, leaders decide.
 */
export class ReviewPlayer {
  readonly #options: ReviewPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  readonly #byName: ReadonlyMap<string, Person>
  #openings: number
  #sampled = false

  constructor(options: ReviewPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#openings = options.first ? FIRST_REVIEWS : 0
    this.#byName = new Map(options.site.people.map((person) => [person.name, person]))
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(75_000, 100_000) : this.#gap()),
      gap: (now) => (options.first && now - options.now < FIRST_MINUTES_MS ? FIRST_GAP_MS : this.#gap()),
      work: (now) => this.#work(now),
      stumbled: options.stumbled,
    })
  }

  /** Begins a visit when it is time. Never throws and never waits. */
  tick(now: number): void {
    this.#visits.tick(now)
  }

  settled(): Promise<void> {
    return this.#visits.settled()
  }

  #gap(): number {
    const { chance, speed } = this.#options
    return Math.max(5000, chance.int(240_000, 600_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const { chance, first } = this.#options
    if (this.#openings > 0) await this.#open()
    const { items } = reviewRoutes.list.answer.parse(await this.#ask.get(DESK, '/reviews?limit=500'))
    const early = first && now - this.#options.now < FIRST_MINUTES_MS
    const wanted = early ? FIRST_MOVES : chance.int(1, 4)
    for (const item of movable(items, chance).slice(0, wanted)) await this.#move(item, now)
    const filed = items.filter(({ step }) => step === 'filed').length
    if (early ? !this.#sampled && filed >= FIRST_REVIEWS / 2 : chance.hit(0.03)) await this.#sample()
  }

  async #sample(): Promise<void> {
    this.#sampled = true
    const sample = Sample.safeParse(await this.#ask.post(DESK, '/reviews/samples', undefined))
    if (!sample.success) return
    const path = `/reviews/samples/${encodeURIComponent(sample.data.sampleId)}/contributions`
    await this.#ask.post(DESK, path, { nonce: this.#options.nonce() })
  }

  /** Concluded cases of the past. */
  async #open(): Promise<void> {
    const { chance } = this.#options
    const { items } = Closed.parse(await this.#ask.get(DESK, '/cases?state=closed&limit=500'))
    const chosen = items.filter(() => chance.hit(0.3)).slice(0, this.#openings)
    for (const { id } of chosen) await this.#ask.post(DESK, '/reviews', { caseId: id })
    this.#openings = 0
  }

  async #move(item: Item, now: number): Promise<void> {
    const { chance } = this.#options
    const handler = this.#byName.get(item.handler ?? '')
    if (!handler) return
    const post = (who: string, path: string, body: unknown) =>
      this.#ask.post(who, `/reviews/${encodeURIComponent(item.id)}/${path}`, body)
    const problems = chance.hit(0.4) ? [{ item: 'documents', text: chance.pick(PROBLEMS) }] : []
    switch (item.step) {
      case 'self-check':
        await post(account(handler), 'self-check', { problems, statement: '已逐项自查（演示）' })
        return
      case 'dept-check':
        for (const checker of this.#checkers(handler))
          if (
            await post(account(checker), 'department-check', {
              passed: chance.hit(0.93),
              problems,
              opinion: '核查意见（演示）',
            })
          )
            return
        return
      case 'assign':
      case 'restudy-assign':
        await post(DESK, 'reviewer', { reviewer: chance.pick(this.#strangers(handler)).id })
        return
      case 'evaluate':
        return this.#byReviewer(item, (who) =>
          post(who, 'evaluation', { ...evaluation(this.#options.rules, chance), problems }),
        )
      case 'answer':
        await post(account(handler), 'answer', { accepted: chance.hit(0.85), opinion: '对评查意见的回复（演示）' })
        return
      case 'restudy':
        return this.#byReviewer(item, (who) =>
          post(who, 'restudy', { grade: chance.pick(['qualified', 'basic']), opinion: '复核意见（演示）' }),
        )
      case 'decide':
        return this.#decide(item, now)
      case 'rectify':
        await post(account(handler), 'rectification', { done: '已补正并归档（演示）', evidence: '补正后的文书' })
        return
      case 'confirm':
        await post(DESK, 'confirmation', { passed: chance.hit(0.9), note: '已核对（演示）' })
    }
  }

  /** Whoever was assigned last, by the form that says so. */
  async #byReviewer(item: Item, act: (who: string) => Promise<unknown>): Promise<void> {
    const detail = reviewRoutes.get.answer.parse(await this.#ask.get(DESK, `/reviews/${encodeURIComponent(item.id)}`))
    const assigned = Assigned.safeParse(detail.forms.filter(({ kind }) => kind === 'assign').at(-1)?.body)
    const reviewer = this.#options.site.people.find(({ id }) => assigned.success && id === assigned.data.reviewer)
    if (reviewer) await act(account(reviewer))
  }

  async #decide(item: Item, now: number): Promise<void> {
    const { chance } = this.#options
    const path = `/reviews/${encodeURIComponent(item.id)}`
    const { proposed } = reviewRoutes.get.answer.parse(await this.#ask.get(DESK, path))
    const decision = {
      grade: proposed ?? 'qualified',
      reason: '同意评查意见（演示）',
      committee: `检委会演示〔${officeTime(now).year}〕第${chance.int(1, 40)}号`,
      rectify: proposed === 'basic' || proposed === 'unqualified' ? [chance.pick(PROBLEMS)] : [],
    }
    for (const who of ['deputy-chief', 'chief']) if (await this.#ask.post(who, `${path}/decision`, decision)) return
  }

  /** The head, or whoever stands in: the rules say who may. */
  #checkers(handler: Person): Person[] {
    const same = this.#options.site.people.filter(
      ({ department, quota, id }) => quota && department === handler.department && id !== handler.id,
    )
    const isHead = ({ title }: Person) => title === '部门主任'
    return [...same.filter(isHead), ...same.filter((one) => !isHead(one) && !one.account).slice(0, 1)]
  }

  #strangers(handler: Person): Person[] {
    const { departments, people } = this.#options.site
    const handling = new Set(departments.filter(({ handlesCases }) => handlesCases).map(({ id }) => id))
    return people.filter(
      ({ quota, department }) => quota && department !== handler.department && handling.has(department ?? ''),
    )
  }
}

/** The user name by which a person of site.yaml works: see `colleagues` of the demo. */
const account = ({ id, account: own }: Person): string => own ?? `office.${id}`

/** All but the last few of each step, in no order. */
function movable(items: readonly Item[], chance: Chance): Item[] {
  const bySteps = Map.groupBy(
    items.filter(({ stage }) => stage !== null),
    ({ step }) => step,
  )
  return [...bySteps.values()]
    .flatMap((group) => group.slice(0, Math.max(0, group.length - KEEP_PER_STEP)))
    .map((item) => ({ item, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
