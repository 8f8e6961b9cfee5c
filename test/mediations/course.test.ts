import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MediationDetail, Strokes } from '../../contract/http/mediations.ts'
import { drawSignature } from '../../server/mediations/png.ts'
import { mediaOf } from '../../server/mediations/room.ts'
import { seesChannel, signatureFits, tryDoor, videoFits } from '../../server/mediations/rules.ts'
import { Refusal } from '../../server/refusal.ts'
import * as at from './house.ts'

/** Whatever is tried in whatever order, no step is skipped. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  consented: ['suitability', 'mediator', 'schedule', 'rights', 'session', 'signing', 'agreed', 'archived'],
  judged: ['mediator', 'schedule', 'rights', 'session', 'signing', 'agreed'],
  mediated: ['schedule', 'rights', 'session', 'signing', 'agreed'],
  told: ['session', 'signing', 'agreed'],
}
const ACTS = [
  ...['yes', 'no', 'rights', 'challenge', 'sign', 'stale', 'say'],
  ...['judge', 'exclude', 'mediator', 'decide', 'schedule', 'draft', 'redraft', 'confirm', 'archive', 'relink'],
] as const

function expectNothingSkipped(one: MediationDetail): void {
  const { stage, people } = one
  if (BEHIND.consented?.includes(stage) && one.confirmation === null && stage !== 'archived')
    expect(people.every(({ consent, identity }) => consent?.agree && identity)).toBe(true)
  if (BEHIND.judged?.includes(stage)) expect(one.suitability?.found).toEqual([])
  if (BEHIND.mediated?.includes(stage)) expect(one.mediator).not.toBeNull()
  if (BEHIND.told?.includes(stage)) {
    expect(people.every(({ rights }) => rights)).toBe(true)
    if (stage !== 'session') expect(people.every(({ challenge }) => challenge?.decided !== null)).toBe(true)
    expect(one.session).not.toBeNull()
  }
  if (stage === 'agreed') {
    expect(people.every(({ signedAt }) => signedAt !== null)).toBe(true)
    expect(one.confirmation).not.toBeNull()
  }
}

describe('the course', () => {
  it('is never cut short', async () => {
    const house = await at.house()
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        // Those that lead on come oftener, so that the far end is seen too.
        fc.array(fc.tuple(fc.oneof(fc.constantFrom(...ACTS), fc.constant('on')), fc.nat(1)), {
          minLength: 12,
          maxLength: 30,
        }),
        async (acts) => {
          const { id } = await house.apply()
          const one = await house.get(id)
          const guests = await house.guests(one)
          let old = 'a'.repeat(64)
          for (const [act, n] of acts) {
            const now = await house.get(id)
            const visitor = guests[n] ?? guests[0]
            const guest = (route: string, body: object) => house.guest(route, visitor, { body })
            const hash = now.agreement?.hash ?? old
            const doing: Record<string, () => Promise<unknown>> = {
              yes: () => guest('consentMediation', { agree: true }),
              no: () =>
                n === 1 && acts.length > 26
                  ? guest('consentMediation', { agree: false })
                  : guest('consentMediation', { agree: true }),
              rights: () => guest('confirmMediationRights', { read: true, recording: n === 1 }),
              challenge: () =>
                acts.length % 3 === 0 ? guest('challengeMediator', { reason: '相识' }) : Promise.resolve(),
              sign: () => guest('signMediation', { hash, read: true, strokes: at.STROKES }),
              stale: () => guest('signMediation', { hash: old, read: true, strokes: at.STROKES }),
              say: () => guest('speakInMediation', { channel: 'room', kind: 'message', text: '发言' }),
              judge: () => house.step('judgeMediation', id, { checked: at.EXCLUSIONS, found: [], note: '适宜' }),
              exclude: () => house.step('judgeMediation', id, { checked: [], found: [], note: '未核对' }),
              mediator: () =>
                house.step('chooseMediator', id, { kind: 'staff', mediator: n ? 'p07' : 'p09', noConflict: true }),
              decide: () =>
                house.step(
                  'decideMediationChallenge',
                  id,
                  { party: `p${n + 1}`, accept: n === 0, reason: '决定' },
                  at.manager,
                ),
              schedule: () => house.step('scheduleMediation', id, { at: at.NOON + at.HOUR, minutes: 30 }),
              draft: () => {
                old = hash
                return house.step('draftMediationAgreement', id, { terms: [`赔偿${acts.length}千元。`], duties: [] })
              },
              redraft: () => house.step('redraftMediation', id, { reason: '修改' }),
              confirm: () => house.step('confirmMediation', id, { state: 'applied', note: '已申请' }),
              archive: () => house.step('archiveMediation', id, { note: '归档' }),
              relink: () =>
                house
                  .link(id, `p${n + 1}`)
                  .then(({ path, code }) => house.enter(path, code))
                  .then((fresh) => {
                    guests[n] = fresh
                  }),
            }
            const leads = {
              consent: 'yes',
              suitability: 'judge',
              mediator: 'mediator',
              schedule: 'schedule',
              rights: 'rights',
            }
            const next = { ...leads, session: 'draft', signing: 'sign', agreed: 'confirm' } as Record<string, string>
            const work = doing[act === 'on' ? (next[now.stage] ?? 'say') : act]
            await work?.().catch((error: unknown) => {
              if (!(error instanceof Refusal)) throw error
            })
            const after = await house.get(id)
            reached.add(after.stage)
            expectNothingSkipped(after)
          }
        },
      ),
      { numRuns: 6, endOnFailure: true },
    )
    expect(reached.size).toBeGreaterThan(2)
    await house.records.close()
  }, 60_000)
})

describe('pure rules', () => {
  it('a door takes five wrong codes and no more, one entry and no more', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.integer({ min: -5, max: 5 }), fc.boolean(), (fails, left, used) => {
        const state = tryDoor({ fails, expiresMs: 100 + left, usedMs: used ? 1 : null }, 100)
        expect(state === 'open').toBe(fails < 5 && left > 0 && !used)
      }),
    )
  })

  it('a party sees the room and its own caucus', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('p1', 'p2', 'p12'),
        fc.constantFrom('room', 'p1', 'p2', 'p12', ''),
        (party, channel) => {
          expect(seesChannel(party, channel)).toBe(channel === 'room' || channel === party)
        },
      ),
    )
  })

  it('a meeting link never leaves the named hosts', () => {
    const hosts = ['meeting.example.org', '*.meeting.example.org']
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.domain().map((name) => `https://meeting.example.org.${name}/`),
        ),
        (link) => {
          if (videoFits(link, hosts)) expect(new URL(link).hostname).toMatch(/(^|\.)meeting\.example\.org$/)
        },
      ),
    )
    for (const link of ['javascript:alert(1)', 'https://xmeeting.example.org', 'https://meeting.example.org.evil.org'])
      expect(videoFits(link, hosts)).toBe(false)
    expect(videoFits('https://meeting.example.org:8443/r?id=1', hosts)).toBe(true)
  })

  it('whatever strokes pass the rule are drawn, black on white, in bounded time', () => {
    const point = fc.tuple(fc.double({ min: 0, max: 600, noNaN: true }), fc.double({ min: 0, max: 240, noNaN: true }))
    fc.assert(
      fc.property(
        fc.array(fc.array(point, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 10 }),
        (strokes) => {
          if (!signatureFits(strokes as Strokes).ok) return
          const png = drawSignature(strokes as Strokes)
          expect(png.subarray(-8).toString('latin1')).toBe('IEND\u00aeB`\u0082')
        },
      ),
      { numRuns: 40 },
    )
  })

  it('any bytes are taken as one of four kinds or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const media = mediaOf(bytes)
        if (media?.startsWith('text/')) expect(bytes.includes(0)).toBe(false)
      }),
    )
    expect(mediaOf(Buffer.from('<html>'))).toBe('text/plain; charset=utf-8')
  })
})
