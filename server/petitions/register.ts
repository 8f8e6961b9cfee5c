import { officeDate } from '../../config/zone.ts'
import type { RegisterPetition } from '../../contract/http/petitions.ts'
import type { Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { firstReplies } from './clocks.ts'
import { bookOf, type PetitionDeps } from './context.ts'
import { useFiles } from './files.ts'
import { START } from './flow.ts'
import { keep, type Moved, nextDueMs, withMonths } from './moves.ts'
import { insertMatters, lastNumber, type Matter } from './repository.ts'
import { syncTold } from './told.ts'

/** 排查登记: a matter with its two clocks. Runs in one turn for one or for a whole import. */
export interface NewMatter extends Omit<RegisterPetition, 'channel' | 'files'> {
  channel: Matter['channel']
  externalNo: string | null
}

const nothing = (text: string | undefined): string | null => text?.trim() || null

export function checkNew({ config }: PetitionDeps, one: NewMatter, today: string): string | null {
  if (one.receivedOn > today) return '收到日期不能晚于今日'
  if (one.receivedOn < '2000-01-01') return '收到日期过早'
  if (!config.petitions.kinds.some(({ id }) => id === one.kind)) return `没有事项类别 “${one.kind}”`
  if (one.department && !config.site.departments.some(({ id }) => id === one.department)) return '没有这个部门'
  if (one.handler && !config.site.people.some(({ id }) => id === one.handler)) return '人员名单中没有这个承办人'
  return null
}

function build(deps: PetitionDeps, one: NewMatter, no: string, mine: string, now: number): Matter {
  const { config } = deps
  const { people, departments } = config.site
  const handler = people.find(({ id }) => id === one.handler)
  const standard = departments.some(({ id }) => id === config.petitions.department) ? config.petitions.department : mine
  const matter: Matter = {
    id: deps.newId(),
    no,
    title: one.title,
    demand: one.demand,
    kind: one.kind,
    channel: one.channel,
    receivedOn: one.receivedOn,
    people: one.people,
    anonymous: one.anonymous,
    contact: one.anonymous || !one.contact ? null : one.contact,
    object: nothing(one.object),
    area: nothing(one.area),
    caseNo: nothing(one.caseNo),
    externalNo: one.externalNo,
    department: one.department ?? handler?.department ?? standard,
    handler: handler?.id ?? null,
    leader: null,
    ...START,
    colourMs: null,
    pendingId: null,
    pendingUntilMs: null,
    assessment: null,
    exempt: null,
    answered: false,
    attempts: 0,
    firstActionDue: null,
    reviewDue: null,
    closedOn: null,
    revisits: [],
    registeredMs: now,
    movedMs: now,
    rev: 0,
    replies: firstReplies(bookOf(deps), config.petitions, one.receivedOn),
  }
  return { ...matter, replies: withMonths(deps, matter, now) }
}

/** Numbers them on within the year of today. The caller has asked `checkNew`. */
export async function register(
  deps: PetitionDeps,
  turn: Turn,
  news: readonly NewMatter[],
  by: { id: string; department: string },
  files: readonly string[] = [],
): Promise<Moved[]> {
  const prefix = `${deps.config.petitions.numberPrefix}〔${officeDate(turn.now).slice(0, 4)}〕`
  let last = await lastNumber(turn.tx, prefix)
  const matters = news.map((one) => {
    last++
    return build(deps, one, `${prefix}${last} 号`, by.department, turn.now)
  })
  await insertMatters(
    turn.tx,
    matters.map((matter) => ({ matter, nextDueMs: nextDueMs(matter, turn.now) })),
  )
  const moved: Moved[] = []
  for (const matter of matters) {
    const used = await useFiles(turn.tx, matter.id, files)
    const step = { step: 'register', from: null, to: null, outcome: null } as const
    const spec = { step: 'register', by: by.id, text: `${matter.title}\n${matter.demand}` } as const
    moved.push({ matter, entry: await keep(deps, turn, matter, spec, step, used), files: used })
  }
  await syncTold(deps, turn, matters, false)
  return moved
}

/** @throws Refusal with what does not fit */
export function insist(problem: string | null): void {
  if (problem !== null) throw new Refusal('unprocessable', problem)
}
