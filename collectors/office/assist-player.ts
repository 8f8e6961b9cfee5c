import { z } from 'zod'
import { ExhibitList } from '../../contract/http/assist-exhibits.ts'
import { CaseReading, readingRoutes } from '../../contract/http/assist-reading.ts'
import { judgedTable } from './assist-corpus.ts'
import { casePapers, STORIES } from './assist-story.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Cases whose papers a new office has read. */
export const FIRST_READ = 4
const WHO = 'prosecutor'
const HEAD = 'department-head'
const LATER_MS = 3_600_000

export interface AssistPlayerOptions {
  call: DeskCall
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}
const Job = z.object({ id: z.string() })
type Listed = z.output<typeof readingRoutes.cases.answer>['items'][number]

/** The prosecutor uses assisted handling: papers come in, are read, and what is suggested is decided now and then. */
export class AssistPlayer {
  readonly #options: AssistPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  #left: number
  /** A new office has no judged cases, no draft and no list of exhibits yet. */
  #fresh: boolean

  constructor(options: AssistPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_READ : 0
    this.#fresh = options.first
    this.#visits = new Visits({
      first: options.now + (options.first ? 45_000 : LATER_MS),
      gap: () => (this.#left > 0 ? 8000 : Math.max(60_000, LATER_MS / Math.max(0.01, options.speed))),
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

  async #work(now: number): Promise<void> {
    const own = await this.#cases(WHO)
    const read = own.find(({ readAt }) => readAt !== null)
    if (read && this.#fresh) await this.#furnish(read.id, now)
    else if (read && this.#options.chance.hit(0.5)) await this.#decide(read.id)
    if (this.#left <= 0) return
    // The prosecutor's own first, so that a visitor at that desk finds one; then whatever the papers fit.
    const fresh = (list: readonly Listed[]) => list.filter(({ files, cause }) => files === 0 && cause !== null)
    const fits = ({ cause }: Listed) => STORIES.some(([words]) => words.test(cause ?? ''))
    const mine = read ? fresh(own).filter(fits) : fresh(own).sort((a, b) => Number(fits(b)) - Number(fits(a)))
    const [next = fresh(await this.#cases(HEAD)).find(fits)] = mine
    if (!next) return
    this.#left -= 1
    await this.#handIn(mine.includes(next) ? WHO : HEAD, next, now)
  }

  async #cases(who: string): Promise<Listed[]> {
    return readingRoutes.cases.answer.parse(await this.#ask.get(who, '/assist/cases?limit=100')).items
  }

  async #handIn(who: string, { id, cause }: Listed, now: number): Promise<void> {
    const { call, chance } = this.#options
    for (const { name, text } of casePapers(chance, cause ?? '', now))
      await call(who, 'POST', `/assist/cases/${id}/files?name=${encodeURIComponent(name)}`, Buffer.from(text))
    Job.optional().parse(await this.#ask.post(who, `/assist/cases/${id}/readings`, {}))
  }

  /** What a visitor finds: a corpus to compare with, a draft with fields left open, a list of exhibits. */
  async #furnish(id: string, now: number): Promise<void> {
    const { call, chance } = this.#options
    this.#fresh = false
    const table = Buffer.from(judgedTable(chance, now))
    await call(
      'case-management',
      'POST',
      `/assist/judged-imports?name=${encodeURIComponent('演示-已判案件.csv')}`,
      table,
    )
    await this.#decide(id, 'adopted')
    for (const template of ['review-report', 'supplement-outline'])
      await this.#ask.post(WHO, `/assist/cases/${id}/drafts`, { template })
    const { suggested, rev } = ExhibitList.parse(await this.#ask.get(WHO, `/assist/cases/${id}/exhibits`))
    if (!suggested || rev > 0) return
    const groups = suggested.groups.map(({ name, items }) => ({
      name,
      items: items.map((item) => ({ ...item, purpose: '证明案件经过（演示）' })),
    }))
    const decision = { kind: 'exhibit', key: suggested.key, verdict: 'adopted', note: '' }
    await this.#ask.post(WHO, `/assist/cases/${id}/decisions`, decision)
    await call(WHO, 'PUT', `/assist/cases/${id}/exhibits`, { rev, groups })
  }

  async #decide(id: string, wanted?: 'adopted'): Promise<void> {
    const { chance } = this.#options
    const { result, decisions } = CaseReading.parse(await this.#ask.get(WHO, `/assist/cases/${id}/reading`))
    const open = result?.contradictions.find(({ key }) => !decisions[key])
    if (!open) return
    const verdict = wanted ?? chance.pick(['adopted', 'adopted', 'rejected'] as const)
    const note = verdict === 'rejected' ? '已向侦查机关核实（演示）' : '列入补充侦查提纲（演示）'
    await this.#ask.post(WHO, `/assist/cases/${id}/decisions`, { kind: 'contradiction', key: open.key, verdict, note })
  }
}
