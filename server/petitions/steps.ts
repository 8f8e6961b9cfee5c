import { officeDate } from '../../config/zone.ts'
import { PETITION_REPLY_NAMES, petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { monthFrom, plusDays } from './clocks.ts'
import { bookOf, type PetitionDeps, personOf } from './context.ts'
import { keepFile } from './files.ts'
import { allAnswered, answered, type Moved, move, ready, type StepSpec } from './moves.ts'
import { sendTo } from './outbox.ts'
import { presentItem } from './present.ts'
import { checkNew, insist, register } from './register.ts'
import type { Matter } from './repository.ts'
import { ruleOf } from './rules.ts'
import { chargedWith } from './seen.ts'

/** The way of a matter from registration to the archive, one route for each step. */
export function stepRoutes(deps: PetitionDeps): BoundRoute[] {
  return [...entering(deps), ...working(deps), ...replying(deps), ...afterwards(deps)]
}

const answerOf = (deps: PetitionDeps, { matter, entry }: Moved, now: number) => ({
  petition: presentItem(deps, matter, now),
  entry,
})

function entering(deps: PetitionDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(petitionRoutes.register, async ({ body, person, now }) => {
      const me = personOf(deps, person)
      const { files, ...rest } = body
      const one = { ...rest, externalNo: null }
      insist(checkNew(deps, one, officeDate(now)))
      const [moved] = await records.write((turn) => register(deps, turn, [one], me, files))
      if (!moved) throw new Error('nothing registered')
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.upload, async ({ query, body, person }) => {
      const bytes = body as unknown as Buffer
      if (bytes.length === 0) throw new Refusal('unprocessable', '文件是空的')
      const { maxFilesMiB: maxMiB } = config.petitions
      return records.write((turn) =>
        keepFile(turn.tx, { bytes, name: query.name, by: person.username, at: turn.now, maxMiB }),
      )
    }),
  ]
}

/** One step in one turn: who may, whether its turn has come, what it changes. */
async function stepOf(
  deps: PetitionDeps,
  person: Principal,
  id: string,
  act: Parameters<typeof ready>[2],
  decide: (before: Matter, today: string, me: string) => { spec: Omit<StepSpec, 'by'>; change?: Partial<Matter> },
  also?: (turn: Parameters<typeof ready>[0], moved: Moved, me: string) => Promise<void>,
): Promise<Moved> {
  const me = personOf(deps, person)
  await chargedWith(deps, person, id)
  return deps.records.write(async (turn) => {
    const before = await ready(turn, id, act)
    const { spec, change } = decide(before, officeDate(turn.now), me.id)
    const moved = await move(deps, turn, before, { ...spec, by: me.id }, change)
    await also?.(turn, moved, me.id)
    return moved
  })
}

function working(deps: PetitionDeps): BoundRoute[] {
  const { config } = deps
  const leaderFor = (matter: Matter, id: string): void => {
    const person = config.site.people.find((one) => one.id === id)
    if (!person) throw new Refusal('unprocessable', '人员名单中没有这位领导')
    const { leaderTitles, responsible } = ruleOf(config.petitions, matter.colour ?? 'green')
    if (!leaderTitles.includes(person.title))
      throw new Refusal('unprocessable', `这一颜色由${responsible}负责，包案领导须是${leaderTitles.join('、')}`)
  }
  return [
    bind(petitionRoutes.warn, async ({ params, body, person, now }) => {
      const { text, files, units } = body
      const moved = await stepOf(
        deps,
        person,
        params.id,
        'warn',
        () => ({ spec: { step: 'warn', text, files, extra: { units } } }),
        (turn, done, me) => sendTo(deps, turn, done, { units, kind: 'warn', text, by: me }),
      )
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.assign, async ({ params, body, person, now }) => {
      const { leader, handler, text, files } = body
      const department = config.site.people.find(({ id }) => id === handler)?.department
      if (!department) throw new Refusal('unprocessable', '人员名单中没有这个承办人')
      const moved = await stepOf(deps, person, params.id, 'assign', (before) => {
        leaderFor(before, leader)
        return {
          spec: { step: 'assign', text, files, extra: { leader, handler } },
          change: { leader, handler, department },
        }
      })
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.resolve, async ({ params, body, person, now }) => {
      const { measure, text, files, done } = body
      const moved = await stepOf(deps, person, params.id, 'resolve', (before) => {
        if (done && before.stage !== 'resolve') throw new Refusal('conflict', '尚未推送、交办，不能记为化解完成')
        return { spec: { step: 'resolve', text: `${measure}：${text}`, files, outcome: done ? 'done' : 'more' } }
      })
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.feedback, async ({ params, body, person, now }) => {
      const { text, files, settled } = body
      const moved = await stepOf(deps, person, params.id, 'feedback', (before, today) => ({
        spec: { step: 'feedback', text, files, outcome: settled ? 'done' : 'more' },
        change: settled ? { answered: true, replies: allAnswered(before.replies, today) } : {},
      }))
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.send, async ({ params, body, person, now }) => {
      const { units, kind, text, files } = body
      const moved = await stepOf(
        deps,
        person,
        params.id,
        'send',
        () => ({ spec: { step: 'send', text, files, extra: { units, kind } } }),
        (turn, done, me) => sendTo(deps, turn, done, { units, kind, text, by: me }),
      )
      return answerOf(deps, moved, now)
    }),
  ]
}

function replying(deps: PetitionDeps): BoundRoute[] {
  const { attempts: needed } = deps.config.petitions.exempt
  return [
    bind(petitionRoutes.reply, async ({ params, body, person, now }) => {
      const { kind, on, text, files } = body
      const moved = await stepOf(deps, person, params.id, 'reply', (before, today) => {
        if (on > today || on < before.receivedOn) throw new Refusal('unprocessable', '答复日期须在收到之日与今日之间')
        return {
          spec: { step: 'reply', text: `${PETITION_REPLY_NAMES[kind]}：${text}`, files, extra: { kind, on } },
          change: { replies: answered(before.replies, kind, on) },
        }
      })
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.attempt, async ({ params, body, person, now }) => {
      const moved = await stepOf(deps, person, params.id, 'attempt', (before) => ({
        spec: { step: 'attempt', ...body },
        change: { attempts: before.attempts + 1 },
      }))
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.exempt, async ({ params, body, person, now }) => {
      const { ground, text, files } = body
      const moved = await stepOf(deps, person, params.id, 'exempt', (before) => {
        if (ground === 'anonymous' && !before.anonymous) throw new Refusal('unprocessable', '登记的不是匿名事项')
        if (ground === 'no-contact' && before.contact?.phone)
          throw new Refusal('unprocessable', '登记有联系电话；联系不上的请登记联系未果')
        if (ground === 'unreachable' && before.attempts < needed)
          throw new Refusal('unprocessable', `须先登记 ${needed} 次联系未果，现有 ${before.attempts} 次`)
        return { spec: { step: 'exempt', text, files, extra: { ground } }, change: { exempt: ground } }
      })
      return answerOf(deps, moved, now)
    }),
  ]
}

function afterwards(deps: PetitionDeps): BoundRoute[] {
  const { revisitEarlyDays } = deps.config.petitions
  /** Open again: a month from today is the next day that something is owed. */
  const again = (before: Matter, today: string): Partial<Matter> => ({
    closedOn: null,
    revisits: [],
    answered: false,
    assessment: null,
    replies: [...before.replies, monthFrom(bookOf(deps), deps.config.petitions, before.replies, today)],
  })
  return [
    bind(petitionRoutes.revisit, async ({ params, body, person, now }) => {
      const { days, stable, text, files } = body
      const moved = await stepOf(deps, person, params.id, 'revisit', (before, today) => {
        const next = before.revisits.find(({ doneOn }) => doneOn === null)
        if (next?.days !== days) throw new Refusal('conflict', `现在应做的是 ${next?.days ?? '–'} 日回访`)
        const from = plusDays(before.closedOn ?? today, days - revisitEarlyDays)
        if (stable && today < from) throw new Refusal('unprocessable', `还没有到回访的日子，最早 ${from}`)
        if (!stable)
          return {
            spec: { step: 'revisit', text, files, outcome: 'unstable', extra: { days } },
            change: again(before, today),
          }
        const revisits = before.revisits.map((one) => (one === next ? { ...one, doneOn: today } : one))
        const outcome = revisits.every(({ doneOn }) => doneOn !== null) ? 'last' : 'done'
        return { spec: { step: 'revisit', text, files, outcome, extra: { days } }, change: { revisits } }
      })
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.reopen, async ({ params, body, person, now }) => {
      const moved = await stepOf(deps, person, params.id, 'reopen', (before, today) => ({
        spec: { step: 'reopen', text: body.reason, files: body.files },
        change: again(before, today),
      }))
      return answerOf(deps, moved, now)
    }),
    bind(petitionRoutes.archive, async ({ params, body, person, now }) => {
      const moved = await stepOf(deps, person, params.id, 'archive', () => ({ spec: { step: 'archive', ...body } }))
      return answerOf(deps, moved, now)
    }),
  ]
}
