import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { MEDIATE_COOKIE, MEDIATE_PATH, mediateRoutes } from '../../contract/http/mediate.ts'
import { type BoundRoute, bind, type Call, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { enter, type Guest, guestOf } from './access.ts'
import type { Context } from './context.ts'
import { changeDoor } from './doors.ts'
import { guestView } from './guest-view.ts'
import { change, must, withParty } from './moves.ts'
import { addSignature, agreementOf } from './repository.ts'
import { addFile, countFiles, fileOf, listMessages, mediaOf, type Said, say } from './room.ts'
import {
  afterConsent,
  afterRights,
  afterSigning,
  ENDED,
  maySign,
  maySpeak,
  seesChannel,
  signatureFits,
} from './rules.ts'
import { agreed } from './sealing.ts'

type Visit = Pick<Call<unknown, unknown, unknown>, 'headers' | 'now' | 'ip'>
const DONE = { ok: true } as const

/** What outside parties may do: their own mediation, their own voice, nothing else. */
export function partyRoutes(ctx: Context): BoundRoute[] {
  const acting = async (visit: Visit, act: (turn: Turn, guest: Guest) => Promise<unknown>) => {
    // The cookie is looked at before anything else, then again inside the turn.
    await guestOf(ctx, visit)
    await ctx.records.write(async (turn) => act(turn, await guestOf(ctx, visit, turn)))
    return DONE
  }
  return [
    bind(mediateRoutes.enter, async (call) => {
      await enter(ctx, call)
      return DONE
    }),
    bind(mediateRoutes.room, async (call) => {
      const { one, party } = await guestOf(ctx, call)
      const messages = await listMessages(ctx.records.read, one.id, ['room', party.id], call.query.after, 1000)
      return guestView(ctx, one, party, messages)
    }),
    bind(mediateRoutes.consent, (call) => acting(call, (turn, guest) => consent(ctx, turn, guest, call))),
    bind(mediateRoutes.rights, (call) => acting(call, (turn, guest) => rights(ctx, turn, guest, call.body.recording))),
    bind(mediateRoutes.challenge, (call) =>
      acting(call, (turn, guest) => challenge(ctx, turn, guest, call.body.reason)),
    ),
    bind(mediateRoutes.say, ({ body, ...visit }) =>
      acting(visit, async (turn, { one, party }) => {
        must(maySpeak(one, body.channel))
        await put(turn, one.id, { ...spoken(party.id, body.channel), kind: body.kind, text: body.text })
      }),
    ),
    bind(mediateRoutes.propose, ({ body, ...visit }) =>
      acting(visit, async (turn, { one, party }) => {
        must(maySpeak(one, 'room'))
        if (one.stage !== 'session') throw new Refusal('conflict', '现在不是提出方案的阶段')
        if (one.proposals.length >= 50) throw new Refusal('conflict', '方案已满五十个')
        const proposal = { id: ctx.newId(), by: party.id, text: body.text, at: turn.now, answers: {} }
        const step = { action: 'propose', by: `party:${party.id}` }
        await change(ctx, turn, one, { proposals: [...one.proposals, proposal] }, step)
      }),
    ),
    bind(mediateRoutes.answer, ({ body, ...visit }) =>
      acting(visit, async (turn, { one, party }) => {
        if (one.stage !== 'session') throw new Refusal('conflict', '现在不是表态的阶段')
        if (!one.proposals.some(({ id }) => id === body.proposal)) throw new Refusal('not-found', '没有这个方案')
        const proposals = one.proposals.map((each) =>
          each.id === body.proposal ? { ...each, answers: { ...each.answers, [party.id]: body.answer } } : each,
        )
        await change(
          ctx,
          turn,
          one,
          { proposals },
          { action: 'answer', by: `party:${party.id}`, note: body.answer === 'accept' ? '接受' : '不接受' },
        )
      }),
    ),
    bind(mediateRoutes.upload, async ({ query, body, ...visit }) =>
      acting(visit, (turn, guest) => takeFile(ctx, turn, guest, query, body as unknown as Buffer)),
    ),
    bind(mediateRoutes.file, async ({ params, ...visit }) => {
      const { one, party } = await guestOf(ctx, visit)
      const file = await fileOf(ctx.records.read, one.id, params.file)
      if (!file || !seesChannel(party.id, file.channel)) throw new Refusal('not-found', '没有这份材料')
      return { stream: Readable.from([Buffer.from(file.body, 'base64')]), contentType: file.media, filename: file.name }
    }),
    bind(mediateRoutes.agreement, async (visit) => {
      const { one } = await guestOf(ctx, visit)
      return agreementFile(ctx, one)
    }),
    bind(mediateRoutes.sign, ({ body, ...visit }) =>
      acting(visit, async (turn, { one, party }) => {
        must(maySign(one, party, body.hash))
        must(signatureFits(body.strokes))
        const version = one.agreement?.version ?? 0
        const [at, strokes] = [turn.now, JSON.stringify(body.strokes)]
        await addSignature(turn.tx, {
          ...{ mediation_id: one.id, party: party.id, version, hash: body.hash, strokes, at_ms: at, ip: visit.ip },
        })
        const parties = withParty(one, party.id, { signed: { at, hash: body.hash } })
        const signed = await change(
          ctx,
          turn,
          one,
          { parties },
          {
            ...{ action: 'sign', by: `party:${party.id}`, tell: `${party.name} 已签名` },
            facts: { strokes: createHash('sha256').update(strokes).digest('hex') },
          },
        )
        if (afterSigning(signed) === 'agreed') await agreed(ctx, turn, signed)
      }),
    ),
    bind(mediateRoutes.leave, async ({ setCookie, ...visit }) => {
      await acting(visit, (turn, { door }) => changeDoor(turn.tx, door, { session: null, session_ms: null }))
      setCookie(MEDIATE_COOKIE, null, { path: MEDIATE_PATH })
      return DONE
    }),
  ]
}

const spoken = (party: string, channel: 'room' | 'caucus') => ({
  channel: channel === 'room' ? 'room' : party,
  by: party,
})
async function put(turn: Turn, mediation: string, said: Said): Promise<void> {
  try {
    await say(turn.tx, mediation, said, turn.now)
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('conflict', '调解室的发言已满，请联系工作人员')
    throw error
  }
}

async function consent(
  ctx: Context,
  turn: Turn,
  { one, party }: Guest,
  { body, ip }: Pick<Call<unknown, unknown, { agree: boolean }>, 'body' | 'ip'>,
): Promise<void> {
  if (ENDED.includes(one.stage)) throw new Refusal('conflict', '调解已经结束')
  const first = one.stage === 'consent'
  if (body.agree && !first) throw new Refusal('conflict', '您已同意')
  const after = { ...one, parties: withParty(one, party.id, { consent: { agree: body.agree, at: turn.now, ip } }) }
  const left = { reason: 'withdrawn', note: `${party.name} 撤回同意`, at: turn.now }
  const next = first ? { stage: afterConsent(after) } : { stage: 'failed' as const, failure: left }
  await change(
    ctx,
    turn,
    one,
    { parties: after.parties, ...next },
    {
      action: body.agree ? 'consent' : first ? 'decline' : 'withdraw',
      by: `party:${party.id}`,
    },
  )
}

async function rights(ctx: Context, turn: Turn, { one, party }: Guest, recording: boolean): Promise<void> {
  if (one.stage !== 'rights') throw new Refusal('conflict', '现在不是确认权利告知的阶段')
  const parties = withParty(one, party.id, { rights: { at: turn.now, recording } })
  const stage = afterRights({ ...one, parties })
  await change(
    ctx,
    turn,
    one,
    { parties, stage },
    {
      ...{ action: 'rights', by: `party:${party.id}` },
      ...(stage === 'session' ? { tell: '各方都已确认权利告知，调解开始。请各方先陈述。' } : {}),
    },
  )
}

async function challenge(ctx: Context, turn: Turn, { one, party }: Guest, reason: string): Promise<void> {
  if (!one.mediator || !['schedule', 'rights', 'session'].includes(one.stage))
    throw new Refusal('conflict', '现在不能申请更换调解员')
  if (party.challenge?.decided === null) throw new Refusal('conflict', '您的申请正在处理')
  const parties = withParty(one, party.id, { challenge: { reason, at: turn.now, decided: null } })
  await change(ctx, turn, one, { parties }, { action: 'challenge', by: `party:${party.id}`, note: reason })
}

async function takeFile(
  ctx: Context,
  turn: Turn,
  { one, party }: Guest,
  { name, channel }: { name: string; channel: 'room' | 'caucus' },
  bytes: Buffer,
): Promise<void> {
  must(maySpeak(one, channel))
  const { files } = ctx.config.mediations
  if (bytes.length === 0 || bytes.length > files.bytes)
    throw new Refusal('too-large', `每份不超过 ${files.bytes / 1048576} MB`)
  const media = mediaOf(bytes)
  if (!media) throw new Refusal('unsupported-media', '只接收 PDF、JPEG、PNG 图片和文本')
  if ((await countFiles(turn.tx, one.id)) >= files.count) throw new Refusal('conflict', `材料已满 ${files.count} 份`)
  const shown = name.split(/[\\/]/).at(-1) ?? name
  const file = { id: ctx.newId(), name: shown, media, hash: createHash('sha256').update(bytes).digest('hex') }
  const said = spoken(party.id, channel)
  await addFile(turn.tx, {
    ...{ ...file, mediation_id: one.id, size: bytes.length, body: bytes.toString('base64'), at_ms: turn.now, ...said },
  })
  await put(turn, one.id, { ...said, kind: 'file', text: shown, file: file.id })
}

/** @throws Refusal when there is none */
export async function agreementFile(ctx: Context, one: Guest['one']) {
  const kept = one.agreement && (await agreementOf(ctx.records.read, one.id, one.agreement.version))
  if (!kept) throw new Refusal('not-found', '还没有协议')
  return {
    stream: Readable.from([Buffer.from(kept.body, 'base64')]),
    contentType: 'application/pdf',
    filename: `调解协议-${kept.hash.slice(0, 8)}.pdf`,
  }
}
