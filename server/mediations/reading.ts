import { Readable } from 'node:stream'
import type { Config } from '../../config/load.ts'
import { mediationRoutes } from '../../contract/http/mediations.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { type Context, personOf } from './context.ts'
import { fetched } from './moves.ts'
import { agreementFile } from './party-routes.ts'
import { inRoom, mayRead, mustAct, presentItem, seen } from './present.ts'
import { listAll } from './repository.ts'
import { fileOf, listMessages, MEDIATOR, say } from './room.ts'
import { may } from './rules.ts'
import type { Mediation, Mediator } from './types.ts'

/** Staff that may mediate (prosecutors of the quota and the roles of mediations.yaml), then those from outside. */
export function mediatorsOf({ site, mediations }: Pick<Config, 'site' | 'mediations'>): Mediator[] {
  const staff = site.people.filter(
    ({ quota, roles }) => quota || (roles ?? []).some((role) => mediations.staff.includes(role)),
  )
  return [
    ...staff.map(({ id, name, title }) => ({
      kind: 'staff' as const,
      id,
      name,
      org: `${site.unit}${title ? ` ${title}` : ''}`,
    })),
    ...mediations.mediators,
  ]
}

/** Lists, the rules, the room as the mediator sees it, files. */
export function readingRoutes(ctx: Context): BoundRoute[] {
  const { config, records } = ctx
  /** The room is for host and mediator, whoever else may read the list. @throws Refusal */
  const room = async (person: Principal, id: string): Promise<{ one: Mediation; me: string }> => {
    const found = await seen(ctx, person, id)
    if (!inRoom(found.one, found.me)) throw new Refusal('forbidden', '调解室的内容只有主持人和调解员能看')
    return found
  }
  return [
    bind(mediationRoutes.rules, async () => {
      const { version, legal_basis, kinds, exclusions, identity, failures, rights, video } = config.mediations
      return {
        ...{ version, legalBasis: legal_basis, kinds, exclusions, identity, failures, rights, videoHosts: video.hosts },
        mediators: mediatorsOf(config),
        handlers: config.site.people.filter(({ quota }) => quota).map(({ id, name }) => ({ id, name })),
      }
    }),
    bind(mediationRoutes.list, async ({ query, person, now }) => {
      const me = personOf(ctx, person).id
      const offset = offsetOf(query.cursor)
      const { limit, stage, matter } = query
      const found = await listAll(records.read, {
        offset,
        limit,
        ...(stage ? { stage } : {}),
        ...(matter ? { matter } : {}),
      })
      return {
        items: found.filter((one) => mayRead(one, person, me)).map((one) => presentItem(ctx, one, now)),
        cursor: found.length === limit ? String(offset + limit) : null,
      }
    }),
    bind(mediationRoutes.messages, async ({ params, query, person }) => {
      const { one } = await room(person, params.id)
      const after = Math.max(query.after, offsetOf(query.cursor))
      const items = await listMessages(records.read, one.id, undefined, after, query.limit)
      return { items, cursor: items.length === query.limit ? String(items.at(-1)?.seq ?? '') : null }
    }),
    bind(mediationRoutes.message, async ({ params, body, person }) => {
      const me = personOf(ctx, person).id
      return records.write(async (turn) => {
        const one = await fetched(turn, params.id)
        if (!mayRead(one, person, me)) throw new Refusal('not-found', '没有这件调解，或不由您办理')
        mustAct(one, person, me, 'message')
        if (!may(one, 'message')) throw new Refusal('conflict', '调解还没有开始，或已经结束')
        if (body.channel !== 'room' && !one.parties.some(({ id }) => id === body.channel))
          throw new Refusal('unprocessable', '没有这一方当事人')
        const said = { channel: body.channel, kind: 'message' as const, by: MEDIATOR, text: body.text }
        const seq = await say(turn.tx, one.id, said, turn.now)
        return { seq, ...said, file: null, at: turn.now }
      })
    }),
    bind(mediationRoutes.file, async ({ params, person }) => {
      const { one } = await room(person, params.id)
      const file = await fileOf(records.read, one.id, params.file)
      if (!file) throw new Refusal('not-found', '没有这份材料')
      return { stream: Readable.from([Buffer.from(file.body, 'base64')]), contentType: file.media, filename: file.name }
    }),
    bind(mediationRoutes.agreement, async ({ params, person }) =>
      agreementFile(ctx, (await seen(ctx, person, params.id)).one),
    ),
  ]
}
