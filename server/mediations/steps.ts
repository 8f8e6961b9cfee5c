import { officeDate } from '../../config/zone.ts'
import { type MediationAct, type MediationDetail, mediationRoutes } from '../../contract/http/mediations.ts'
import { computeDeadline } from '../deadlines/rules.ts'
import { type BoundRoute, bind, type Principal, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { openDoor } from './access.ts'
import { type Context, personOf } from './context.ts'
import { closeDoors } from './doors.ts'
import { change, fetched, must, partyOf, type Step, trace, withParty } from './moves.ts'
import { mayRead, mustAct, presentDetail, seen } from './present.ts'
import { mediatorsOf } from './reading.ts'
import { insertOne } from './repository.ts'
import { afterRights, conflictOf, judgeSuitability, may, mayArchive, mayLink, videoFits } from './rules.ts'
import { closeTasks } from './tasks.ts'
import type { Mediation } from './types.ts'

type Change = { next: Partial<Mediation>; step: Omit<Step, 'by'> }
interface Asked<Body> {
  person: Principal
  params: { id: string }
  body: Body
  now: number
}

/** The desk's steps: the rule decides inside the turn, and every step leaves its note and its link in the chain. */
export function stepRoutes(ctx: Context): BoundRoute[] {
  const { mediations: rules } = ctx.config
  /** Reads anew inside the turn, asks who and when, changes, answers. */
  async function step<Body>(
    act: MediationAct,
    { person, params, body, now }: Asked<Body>,
    decide: (one: Mediation, body: Body, turn: Turn, me: string) => Change | Promise<Change>,
  ): Promise<MediationDetail> {
    const me = personOf(ctx, person).id
    const after = await ctx.records.write(async (turn) => {
      const one = await fetched(turn, params.id)
      if (!mayRead(one, person, me)) throw new Refusal('not-found', '没有这件调解，或不由您办理')
      mustAct(one, person, me, act)
      if (!may(one, act)) throw new Refusal('conflict', '现在的阶段不能办理这一步')
      const { next, step: done } = await decide(one, body, turn, me)
      return change(ctx, turn, one, next, { ...done, by: me })
    })
    return presentDetail(ctx, after, person, me, now)
  }

  return [
    bind(mediationRoutes.apply, async ({ body, person, now }) => {
      const me = personOf(ctx, person).id
      if (!rules.kinds.some(({ id }) => id === body.kind)) throw new Refusal('unprocessable', '没有这种争议')
      const known = new Set(ctx.config.site.people.map(({ id }) => id))
      if (body.handlers.some((id) => !known.has(id))) throw new Refusal('unprocessable', '承办人不在人员名单里')
      const one = applied(ctx.newId(), body, me, now)
      await ctx.records.write(async (turn) => {
        await insertOne(turn.tx, one)
        await trace(ctx, turn, one, {
          action: 'apply',
          by: me,
          facts: { parties: one.parties.length, matter: one.matter ?? '' },
        })
      })
      return presentDetail(ctx, one, person, me, now)
    }),
    bind(mediationRoutes.identify, (call) =>
      step('identify', call, (one, { party, method, document }, turn, me) => {
        const how = rules.identity.find(({ id }) => id === method)
        if (!how) throw new Refusal('unprocessable', '没有这种核验方式')
        const { role, name } = partyOf(one, party)
        if (how.lawyer && role !== 'agent') throw new Refusal('unprocessable', '律师执业证只用于代理人')
        const identity = { method, document: document.slice(-4), by: me, at: turn.now }
        const note = `${name}：${how.name}，尾号 ${identity.document}`
        return {
          next: { parties: withParty(one, party, { identity }) },
          step: { action: 'identify', note, facts: { party } },
        }
      }),
    ),
    bind(mediationRoutes.link, async ({ person, params, body, now }) => {
      let door: Awaited<ReturnType<typeof openDoor>> | undefined
      await step('link', { person, params, body, now }, async (one, { party }, turn) => {
        const who = partyOf(one, party)
        must(mayLink(who))
        door = await openDoor(ctx, turn, one.id, party)
        return { next: {}, step: { action: 'link', note: who.name, facts: { party } } }
      })
      if (!door) throw new Refusal('internal')
      return door
    }),
    bind(mediationRoutes.suitability, (call) =>
      step('suitability', call, (_one, body, turn, me) => {
        const verdict = judgeSuitability(rules.exclusions, body)
        if (!verdict.ok) throw new Refusal('unprocessable', verdict.why)
        const termFrom = officeDate(turn.now)
        const suitability = { found: body.found, note: body.note, by: me, at: turn.now }
        const step = { action: 'suitability', note: body.note, facts: { found: body.found.join(',') } }
        return { next: { suitability, stage: verdict.next, termFrom, due: dueOf(ctx, termFrom) }, step }
      }),
    ),
    bind(mediationRoutes.mediator, (call) =>
      step('mediator', call, (one, body) => {
        const mediator = mediatorsOf(ctx.config).find(({ id, kind }) => id === body.mediator && kind === body.kind)
        if (!mediator) throw new Refusal('unprocessable', '名单里没有这位调解员')
        must(conflictOf(one, mediator))
        const note = `${mediator.name}，声明无利害关系`
        return {
          next: { mediator, stage: 'schedule' },
          step: { action: 'mediator', note, facts: { mediator: mediator.id } },
        }
      }),
    ),
    bind(mediationRoutes.challenge, (call) =>
      step('challenge', call, (one, { party, accept, reason }) => {
        const { challenge } = partyOf(one, party)
        if (challenge?.decided !== null) throw new Refusal('conflict', '没有待处理的申请')
        const parties = withParty(one, party, {
          challenge: { ...challenge, decided: accept ? ('accepted' as const) : ('refused' as const) },
        })
        const done = { action: accept ? 'replace' : 'keep', note: reason, facts: { party } }
        if (accept)
          return {
            next: {
              parties,
              mediator: null,
              session: null,
              stage: 'mediator',
              replaced: [...one.replaced, one.mediator?.id ?? ''],
            },
            step: done,
          }
        return { next: { parties, stage: afterRights({ ...one, parties }) }, step: done }
      }),
    ),
    bind(mediationRoutes.schedule, (call) =>
      step('schedule', call, (one, body, turn) => {
        if (body.at < turn.now) throw new Refusal('unprocessable', '时间不能早于现在')
        if (one.due && officeDate(body.at) > one.due)
          throw new Refusal('unprocessable', `时间晚于调解期限 ${one.due}，请先经各方同意延长`)
        if (body.video && !videoFits(body.video, rules.video.hosts))
          throw new Refusal(
            'unprocessable',
            `视频链接须为 https，并在本院认可的会议系统里：${rules.video.hosts.join('、')}`,
          )
        const session = { at: body.at, minutes: body.minutes, video: body.video ?? null, place: body.place ?? null }
        const next = { session, stage: afterRights({ ...one, session, stage: 'rights' }) }
        return {
          next,
          step: { action: 'schedule', facts: { at: new Date(body.at).toISOString() }, tell: '已排期，请按时参加。' },
        }
      }),
    ),
    bind(mediationRoutes.issues, (call) =>
      step('issues', call, (_one, { issues }) => ({
        next: { issues: issues.map((issue, at) => ({ id: `i${at + 1}`, ...issue })) },
        step: { action: 'issues', facts: { issues: issues.length }, tell: '调解员更新了争点。' },
      })),
    ),
    bind(mediationRoutes.propose, (call) =>
      step('propose', call, (one, { text }, turn) => {
        if (one.proposals.length >= 50) throw new Refusal('conflict', '方案已满五十个')
        const proposal = { id: ctx.newId(), by: 'mediator', text, at: turn.now, answers: {} }
        return {
          next: { proposals: [...one.proposals, proposal] },
          step: { action: 'propose', tell: '调解员提出了方案。' },
        }
      }),
    ),
    bind(mediationRoutes.redraft, (call) =>
      step('redraft', call, (one, { reason }) => ({
        next: { stage: 'session', parties: one.parties.map((party) => ({ ...party, signed: null })) },
        step: { action: 'redraft', note: reason, tell: '协议退回修改，已签的作废。' },
      })),
    ),
    bind(mediationRoutes.fail, (call) =>
      step('fail', call, async (one, { reason, note }, turn) => {
        if (!rules.failures.some(({ id }) => id === reason)) throw new Refusal('unprocessable', '没有这种理由')
        await closeTasks(ctx, turn, one, ['term'], '调解已结束')
        const failure = { reason, note, at: turn.now }
        return {
          next: { stage: 'failed', failure },
          step: { action: 'fail', note, facts: { reason }, tell: '调解结束，未达成协议。' },
        }
      }),
    ),
    bind(mediationRoutes.extend, (call) =>
      step('extend', call, (one, { reason }, turn) => {
        if (one.extended || !one.termFrom) throw new Refusal('conflict', '只能延长一次')
        const due = dueOf(ctx, one.termFrom, officeDate(turn.now))
        return { next: { due, extended: true }, step: { action: 'extend', note: reason } }
      }),
    ),
    bind(mediationRoutes.confirm, (call) =>
      step('confirm', call, async (one, { state, note }, turn) => {
        if (one.confirmation?.state !== 'open') throw new Refusal('conflict', '已登记')
        await closeTasks(ctx, turn, one, ['confirm'], '已登记办理情况')
        return {
          next: { confirmation: { ...one.confirmation, state, note } },
          step: { action: 'confirm', note, facts: { state } },
        }
      }),
    ),
    bind(mediationRoutes.duty, (call) =>
      step('duty', call, async (one, { duty, state, note }, turn) => {
        if (!one.performance.some((each) => each.id === duty && each.state === 'open'))
          throw new Refusal('conflict', '这项义务已回访')
        await closeTasks(ctx, turn, one, [`duty:${duty}`], '已回访')
        const performance = one.performance.map((each) => (each.id === duty ? { ...each, state, note } : each))
        return { next: { performance }, step: { action: 'duty', note, facts: { duty, state } } }
      }),
    ),
    bind(mediationRoutes.archive, (call) =>
      step('archive', call, async (one, { note }, turn) => {
        must(mayArchive(one))
        await closeDoors(turn.tx, one.id)
        return { next: { stage: 'archived' }, step: { action: 'archive', note } }
      }),
    ),
    bind(mediationRoutes.get, async ({ params, person, now }) => {
      const { one, me } = await seen(ctx, person, params.id)
      return presentDetail(ctx, one, person, me, now)
    }),
  ]
}

/** Last day of the limit, by the one deadline engine. */
function dueOf({ config, calendar }: Context, start: string, extendedOn?: string): string | null {
  const events = extendedOn ? [{ type: 'extend' as const, on: extendedOn }] : []
  const rule = config.mediations.deadlines.term
  return computeDeadline({ rules: config.deadlines, calendar }, { rule, start, custody: false, events }).due
}

interface Application {
  title: string
  kind: string
  facts: string
  matter?: string | undefined
  caseNo?: string | undefined
  handlers: string[]
  parties: { name: string; role: Mediation['parties'][number]['role']; phone: string; standsFor?: string | undefined }[]
}
const UNTOUCHED = { identity: null, consent: null, rights: null, challenge: null, signed: null }
function applied(
  id: string,
  { title, kind, facts, handlers, ...body }: Application,
  host: string,
  now: number,
): Mediation {
  const parties = body.parties.map(({ name, role, phone, standsFor }, at) => ({
    ...{ id: `p${at + 1}`, name, role, phone, standsFor: standsFor ?? null },
    ...UNTOUCHED,
  }))
  if (!parties.some(({ role }) => role === 'applicant') || !parties.some(({ role }) => role === 'respondent'))
    throw new Refusal('unprocessable', '须有申请人和被申请人')
  return {
    ...{ id, title, kind, facts, handlers, parties, host, stage: 'consent' as const },
    ...{ matter: body.matter ?? null, caseNo: body.caseNo || null, createdMs: now, rev: 1 },
    ...{ suitability: null, mediator: null, session: null, agreement: null, failure: null, confirmation: null },
    ...{ replaced: [], issues: [], proposals: [], performance: [], termFrom: null, due: null, extended: false },
  }
}
