import { z } from 'zod'
import { CaseReading, readingRoutes } from '../../contract/http/assist-reading.ts'
import { casePapers } from './assist-story.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Cases whose papers a new office has read. */
export const FIRST_READ = 4
const WHO = 'prosecutor'
const HEAD = 'department-head'
/** Causes that the papers of assist-story.ts tell of. */
const FITS = /盗窃|伤害|寻衅|诈骗|帮助信息/
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

  constructor(options: AssistPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_READ : 0
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
    if (read && this.#options.chance.hit(0.5)) await this.#decide(read.id)
    if (this.#left <= 0) return
    // The prosecutor's own first, so that a visitor at that desk finds one; then whatever the papers fit.
    const fresh = (list: readonly Listed[]) => list.filter(({ files, cause }) => files === 0 && cause !== null)
    const fits = ({ cause }: Listed) => FITS.test(cause ?? '')
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

  async #decide(id: string): Promise<void> {
    const { chance } = this.#options
    const { result, decisions } = CaseReading.parse(await this.#ask.get(WHO, `/assist/cases/${id}/reading`))
    const open = result?.contradictions.find(({ key }) => !decisions[key])
    if (!open) return
    const verdict = chance.pick(['adopted', 'adopted', 'rejected'] as const)
    const note = verdict === 'rejected' ? '已向侦查机关核实（演示）' : '列入补充侦查提纲（演示）'
    await this.#ask.post(WHO, `/assist/cases/${id}/decisions`, { kind: 'contradiction', key: open.key, verdict, note })
  }
}
