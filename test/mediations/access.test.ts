import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mediateRoutes } from '../../contract/http/mediate.ts'
import * as at from './house.ts'

let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.records.close())

const wrongCode = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('the door', () => {
  const identified = async () => {
    const one = await house.apply()
    await house.step('identifyMediationParty', one.id, { party: 'p1', method: 'in-person', document: '1234567890' })
    return one.id
  }
  it('is made only for somebody whose papers were seen', async () => {
    const one = await house.apply()
    await expect(house.link(one.id, 'p1')).rejects.toThrow('核验')
    const lawyer = { party: 'p1', method: 'lawyer-licence', document: '14101201011234567' }
    await expect(house.step('identifyMediationParty', one.id, lawyer)).rejects.toThrow('代理人')
  })

  it('locks after five wrong codes, for the right one too; a new link opens again', async () => {
    const id = await identified()
    const { path, code } = await house.link(id, 'p1')
    for (let n = 1; n <= 4; n++) await expect(house.enter(path, wrongCode(code))).rejects.toThrow('验证码不正确')
    await expect(house.enter(path, wrongCode(code))).rejects.toMatchObject({ id: 'locked-out' })
    await expect(house.enter(path, code)).rejects.toMatchObject({ id: 'locked-out' })
    expect((await house.get(id)).people[0]?.link).toBe('locked')
    const again = await house.link(id, 'p1')
    await expect(house.enter(path, code)).rejects.toThrow('链接无效')
    const visitor = await house.enter(again.path, again.code)
    expect((await house.view(visitor)).me.name).toBe('张甲')
  })

  it('tries at once are all counted', async () => {
    const id = await identified()
    const { path, code } = await house.link(id, 'p1')
    const tries = Array.from({ length: 12 }, (_, n) => house.enter(path, wrongCode(code), `198.51.100.${n}`))
    await Promise.allSettled(tries)
    await expect(house.enter(path, code, '203.0.113.9')).rejects.toMatchObject({ id: 'locked-out' })
  })

  it('opens once, and not after its time', async () => {
    const id = await identified()
    const first = await house.link(id, 'p1')
    const visitor = await house.enter(first.path, first.code)
    await expect(house.enter(first.path, first.code)).rejects.toThrow('已使用')
    await house.guest('leaveMediation', visitor)
    await expect(house.view(visitor)).rejects.toMatchObject({ id: 'signed-out' })
    const second = await house.link(id, 'p1')
    house.records.clock.ms = second.expiresAt
    await expect(house.enter(second.path, second.code)).rejects.toThrow('已过期')
  })

  it('a session ends by itself, and with a new link', async () => {
    const id = await identified()
    const first = await house.link(id, 'p1')
    const visitor = await house.enter(first.path, first.code)
    const second = await house.link(id, 'p1')
    await expect(house.view(visitor)).rejects.toMatchObject({ id: 'signed-out' })
    const later = await house.enter(second.path, second.code)
    house.records.clock.ms += at.config.mediations.access.sessionHours * at.HOUR
    await expect(house.view(later)).rejects.toMatchObject({ id: 'signed-out' })
  })

  it('an address that tries too much waits, whatever it tries', async () => {
    const limit = at.config.mediations.access.addressFailures
    for (let n = 0; n < limit; n++)
      await expect(house.enter(`/mediate#${'x'.repeat(43)}`, '123456')).rejects.toMatchObject({ id: 'bad-credentials' })
    await expect(house.enter(`/mediate#${'x'.repeat(43)}`, '123456')).rejects.toMatchObject({ id: 'too-many-requests' })
    await expect(house.enter(`/mediate#${'x'.repeat(43)}`, '123456', '203.0.113.7')).rejects.toMatchObject({
      id: 'bad-credentials',
    })
  })

  it('keeps no secret at rest', async () => {
    const id = await identified()
    const { path, code } = await house.link(id, 'p1')
    const visitor = await house.enter(path, code)
    const rows = await house.records.store.read
      .withTables<{ mediation_door: Record<string, unknown> }>()
      .selectFrom('mediation_door')
      .selectAll()
      .execute()
    const text = JSON.stringify(rows)
    for (const secret of [path.split('#')[1] ?? 'x', code, visitor.cookie]) expect(text).not.toContain(secret)
  })
})

describe('without a session', () => {
  it.each(Object.values(mediateRoutes).filter(({ id }) => id !== 'enterMediation'))('$id is closed', async ({ id }) => {
    const body: Record<string, unknown> = {
      ...{
        agree: true,
        read: true,
        recording: false,
        reason: '理由',
        channel: 'room',
        kind: 'message',
        text: '发言内容',
      },
      ...{ proposal: 'x1', answer: 'accept', hash: 'a'.repeat(64), strokes: at.STROKES },
    }
    const input = { params: { file: 'x' }, query: { name: 'a.txt', channel: 'room' }, body }
    for (const cookie of [undefined, '', 'x'.repeat(43)])
      await expect(
        house.raw(id, undefined, { ...input, ...(cookie === undefined ? {} : { cookie }) }),
      ).rejects.toMatchObject({ id: 'signed-out' })
  })
})

describe('an outsider', () => {
  it('sees nothing of another mediation and of nobody else’s caucus, whatever is said where', async () => {
    const rooms = [await house.session(), await house.session()]
    const visitors = rooms.flatMap(({ id, visitors: both }) => both.map((visitor, n) => ({ id, n, visitor })))
    let secrets = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.constantFrom('room', 'caucus', 'answer', 'file'), fc.boolean()), {
          minLength: 1,
          maxLength: 8,
        }),
        async (acts) => {
          const said: { by: number; open: boolean; text: string }[] = []
          for (const [by, what, open] of acts) {
            const own = visitors[by]
            if (!own) continue
            const text = `密语${++secrets}号`
            const channel = what === 'room' || (what === 'file' && open) ? 'room' : 'caucus'
            said.push({ by, open: channel === 'room', text })
            if (what === 'file')
              await house.guest('uploadToMediation', own.visitor, {
                query: { name: `${text}.txt`, channel },
                body: Buffer.from(text),
              })
            // The mediator answers in the caucus of that party.
            else if (what === 'answer')
              await house.call('sendMediationMessage', at.host, {
                params: { id: own.id },
                body: { channel: `p${own.n + 1}`, text },
              })
            else await house.guest('speakInMediation', own.visitor, { body: { channel, kind: 'message', text } })
          }
          for (const [reader, own] of visitors.entries()) {
            const seen = JSON.stringify(await house.view(own.visitor))
            for (const { by, open, text } of said) {
              const mine = by === reader || (open && visitors[by]?.id === own.id)
              expect(seen.includes(text), `${reader} reads ${text} of ${by}`).toBe(mine)
            }
          }
        },
      ),
      { numRuns: 8 },
    )
    // Every file through every visitor's door.
    const shown = await Promise.all(
      visitors.map(async ({ visitor }) =>
        (await house.view(visitor)).messages.flatMap(({ file }) => (file ? [file.id] : [])),
      ),
    )
    for (const file of new Set(shown.flat()))
      for (const [n, { visitor }] of visitors.entries()) {
        const fetching = house.file('fileOfMediation', undefined, { params: { file }, cookie: visitor.cookie })
        if (shown[n]?.includes(file)) await expect(fetching).resolves.toBeInstanceOf(Buffer)
        else await expect(fetching).rejects.toMatchObject({ id: 'not-found' })
      }
  })

  it('is told nothing that only the desk knows', async () => {
    const { visitors } = await house.session()
    const text = JSON.stringify(await house.view(visitors[0]))
    for (const secret of ['199-0000', '1111', '2222', '1234', '192.0.2.1', 'p07']) expect(text).not.toContain(secret)
  })

  it('hands over only what a phone makes, up to a size and a number', async () => {
    const { visitors } = await house.session()
    const upload = (body: Buffer) =>
      house.guest('uploadToMediation', visitors[0], { query: { name: '../a/材料.pdf', channel: 'room' }, body })
    await expect(upload(Buffer.alloc(0))).rejects.toMatchObject({ id: 'too-large' })
    await expect(upload(Buffer.from('PK\u0003\u0004\0\0'))).rejects.toMatchObject({ id: 'unsupported-media' })
    await upload(Buffer.from('%PDF-1.4\n'))
    const [message] = (await house.view(visitors[1])).messages.filter(({ kind }) => kind === 'file')
    expect(message?.file).toMatchObject({ name: '材料.pdf', size: 9 })
    for (let n = 1; n < at.config.mediations.files.count; n++) await upload(Buffer.from(`文字${n}`))
    await expect(upload(Buffer.from('再来一份'))).rejects.toThrow('已满')
  })
})
