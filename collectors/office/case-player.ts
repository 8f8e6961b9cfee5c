import type { Site } from '../../config/schema.ts'
import { dateStart, localStamp, type OfficeCalendar } from './calendar.ts'
import { caseTable, type DrawnBy } from './case-export.ts'
import { type CaseFact, type CaseMaker, caseMaker } from './cases.ts'
import { dropFile } from './drop.ts'
import type { OfficeMemory } from './memory.ts'
import { csvGbk, csvUtf8, type Table, xlsx } from './sheet-file.ts'

const DAY = 86_400_000
const EXPORT_MS = 240_000
/** The yearly register of the first export reaches back that far. */
const REGISTER_DAYS = 740
const RECENT_DAYS = 30

/** Drops case exports: the register of two years first, then what is open and lately closed, every few minutes. */
export class CasePlayer {
  readonly #site: Site
  readonly #calendar: OfficeCalendar
  readonly #memory: OfficeMemory
  readonly #folder: string
  readonly #speed: number
  #maker: CaseMaker | undefined
  #facts: CaseFact[] = []
  /** First day that was not made yet. */
  #next = 0
  #exported = 0
  silentUntil = 0

  constructor(options: { site: Site; calendar: OfficeCalendar; memory: OfficeMemory; folder: string; speed: number }) {
    this.#site = options.site
    this.#calendar = options.calendar
    this.#memory = options.memory
    this.#folder = options.folder
    this.#speed = options.speed
  }

  tick(now: number): void {
    if (now < this.silentUntil || now - this.#exported < Math.max(EXPORT_MS / this.#speed, 5000)) return
    const first = this.#memory.caseFiles === 0
    this.#advance(now)
    this.#forget(now - (first ? REGISTER_DAYS : RECENT_DAYS) * DAY)
    const title = first ? '案件办理情况台账（近两年）' : '案件办理情况一览表（在办及近三十日办结）'
    const known = this.#facts.filter(({ accepted }) => accepted <= now)
    this.#write(caseTable(known, now, this.#site.unit, title, this.#drawn()), now)
    this.#memory.caseFiles += 1
    this.#memory.save()
    this.#exported = now
    this.#forget(now - RECENT_DAYS * DAY)
  }

  /** The product gave a case to a person of site.yaml. */
  drew(caseNo: string, person: string, at: number): void {
    const recent = Object.entries(this.#memory.drawn).filter(([, drawn]) => drawn.at > at - 366 * DAY)
    this.#memory.drawn = { ...Object.fromEntries(recent), [caseNo]: { person, at } }
    this.#memory.save()
  }

  #drawn(): Map<string, DrawnBy> {
    const people = new Map(this.#site.people.map((person) => [person.id, person]))
    const departments = new Map(
      this.#site.departments.map(({ id, name, handlesCases }) => [id, handlesCases ? name : '']),
    )
    return new Map(
      Object.entries(this.#memory.drawn).flatMap(([caseNo, { person, at }]) => {
        const { name, employeeNo, department } = people.get(person) ?? {}
        if (!name || !employeeNo || !department) return []
        return [[caseNo, { name, employeeNo, department: departments.get(department) ?? '', at }] as const]
      }),
    )
  }

  #advance(now: number): void {
    if (!this.#maker) {
      const year = Number(localStamp(this.#memory.anchor).slice(0, 4)) - 2
      this.#maker = caseMaker(this.#site, this.#calendar, this.#memory.seed)
      this.#next = dateStart(`${year}-01-01`)
    }
    if (now < this.#next) return
    this.#facts.push(...this.#maker.accepted(this.#next, now))
    this.#next = this.#calendar.day(now).start + DAY
  }

  #forget(closedBefore: number): void {
    this.#facts = this.#facts.filter(({ closed }) => closed > closedBefore)
  }

  #write(table: Table, now: number): void {
    const stamp = localStamp(now).replaceAll(/\D/g, '')
    const turn = this.#memory.caseFiles % 4
    const [bytes, kind] =
      turn === 1 ? [csvGbk(table), 'csv'] : turn === 3 ? [csvUtf8(table), 'csv'] : [xlsx(table), 'xlsx']
    dropFile(this.#folder, `案件办理情况_${stamp}.${kind}`, bytes)
  }
}
