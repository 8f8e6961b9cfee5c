import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaseAnswer } from '../../contract/http/window.ts'
import { caseKey, codeOf, maskedName, sameHashes, tidy } from '../../server/window/codes.ts'
import { afterWrong, isShut } from '../../server/window/locks.ts'
import { answerOf } from '../../server/window/progress.ts'
import { suppressed } from '../../server/window/suppress.ts'
import * as at from './house.ts'

let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.close())

/** What a refusal says, all of it. */
const refusal = async (asked: Promise<unknown>): Promise<object> => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const { id, status, message, errors } = error as { id: string; status: number; message: string; errors: unknown }
  return { id, status, message, errors }
}

describe('a query about a case', () => {
  it('answers four things to whom the code was given, however the number is written', async () => {
    const { code, item } = await house.issue()
    expect(item).toMatchObject({ person: '张*', state: 'valid', uses: 0 })
    const answer = await house.query({
      ...at.PARTY,
      name: ' 张 三 ',
      caseNo: '示检起诉受（2026）14990000012号',
      code: code.toLowerCase().replaceAll('-', ' '),
    })
    expect(answer).toEqual({ cause: '盗窃', acceptedOn: '2026-11-03', due: '2026-12-03', progress: '正在办理' })
  })

  it.each([
    ['another name', { name: '张四' }],
    ['another document', { idNumber: '149999199003071235' }],
    ['another relation', { relation: 'defender' }],
    ['another case', { caseNo: '示检起诉受〔2026〕14990000013号' }],
    ['another code', { code: '0000-0000-0000-0000' }],
  ])('is refused with %s just like one that was never known', async (_what, over) => {
    const { code } = await house.issue()
    const unknown = await refusal(
      house.query({ name: '无名', idNumber: '000000', relation: 'agent', caseNo: '无此案号', code: 'ZZZZ' }),
    )
    expect(await refusal(house.query({ ...at.PARTY, code, ...over }))).toEqual(unknown)
    expect(unknown).toMatchObject({ id: 'not-found', status: 404 })
  })

  it('is refused the same way once the code is revoked, has expired, or the case may no longer be told', async () => {
    const wrong = await refusal(house.query({ ...at.PARTY, code: '0000-0000-0000-0000' }))
    const { code, item } = await house.issue({ days: 1 })
    house.records.clock.ms += at.DAY
    expect(await refusal(house.query({ ...at.PARTY, code }))).toEqual(wrong)
    house.records.clock.ms -= at.DAY
    await house.query({ ...at.PARTY, code })
    house.cases.clear()
    expect(await refusal(house.query({ ...at.PARTY, code }))).toEqual(wrong)
    house.cases.set('c1', at.CASE)
    await house.call('revokeQueryCode', { params: { id: item.id }, body: { reason: '委托解除' } })
    expect(await refusal(house.query({ ...at.PARTY, code }))).toEqual(wrong)
  })

  it('shuts the case after five wrong ones, for the right code too, and opens by itself', async () => {
    const { code } = await house.issue()
    const wrong = { ...at.PARTY, code: '0000-0000-0000-0000' }
    for (let n = 0; n < 5; n++)
      expect(await refusal(house.query(wrong, `198.51.100.${n}`))).toMatchObject({ id: 'not-found' })
    expect(await refusal(house.query({ ...at.PARTY, code }))).toMatchObject({ id: 'query-locked', status: 429 })
    house.records.clock.ms += 31 * 60_000
    await expect(house.query({ ...at.PARTY, code })).resolves.toBeTruthy()
  })

  it('shuts a case that does not exist just the same: nobody learns which ones do', async () => {
    const { code } = await house.issue()
    const answers = async (caseNo: string, from: number) => {
      const seen: object[] = []
      for (let n = 0; n < 7; n++)
        seen.push(await refusal(house.query({ ...at.PARTY, caseNo, code: `${code}0` }, `198.51.100.${from + n}`)))
      return seen
    }
    expect(await answers('示检起诉受〔2026〕99999999999号', 10)).toEqual(await answers(at.PARTY.caseNo, 30))
  })

  it('shuts an address that tries many cases', async () => {
    for (let n = 0; n < 20; n++)
      await refusal(house.query({ ...at.PARTY, caseNo: `示检受${n}号`, code: 'ZZZZ' }, '203.0.113.9'))
    const { code } = await house.issue()
    expect(await refusal(house.query({ ...at.PARTY, code }, '203.0.113.9'))).toMatchObject({ id: 'query-locked' })
    await expect(house.query({ ...at.PARTY, code }, '203.0.113.10')).resolves.toBeTruthy()
  })

  it('leaves a trace of every try, without name, number or code', async () => {
    const { code } = await house.issue()
    await house.query({ ...at.PARTY, code })
    await refusal(house.query({ ...at.PARTY, code: '1111-1111-1111-1111' }))
    const trail = await house.trail()
    expect(trail.match(/window\.case-query/g)).toHaveLength(2)
    expect(trail).toMatch(/\\"result\\":\\"ok\\"|"result":"ok"/)
    for (const secret of [at.PARTY.idNumber, at.PARTY.name, code, tidy(code)]) expect(trail).not.toContain(secret)
  })

  it('keeps neither the code nor the number of the document anywhere', async () => {
    const { code } = await house.issue()
    const rows = JSON.stringify(
      await (house.records.store.read as unknown as import('kysely').Kysely<Record<string, Record<string, unknown>>>)
        .selectFrom('window_code')
        .selectAll()
        .execute(),
    )
    for (const secret of [at.PARTY.idNumber, at.PARTY.name, code, tidy(code)]) expect(rows).not.toContain(secret)
  })

  it('is issued only for cases that may be asked about', async () => {
    await expect(house.issue({ caseNo: '示检起诉受〔2026〕404号' })).rejects.toMatchObject({ id: 'unprocessable' })
  })
})

describe('a receipt', () => {
  it('answers wrong and unknown alike, and shuts after five', async () => {
    const { receipt, code } = await house.file()
    const wrong = await refusal(house.progress(receipt, '0000'))
    expect(await refusal(house.progress('20261124-ZZZZZZZZ', code))).toEqual(wrong)
    for (let n = 0; n < 4; n++) await refusal(house.progress(receipt, `000${n}`, `198.51.100.${n}`))
    expect(await refusal(house.progress(receipt, code))).toMatchObject({ id: 'query-locked' })
  })
})

describe('the floods', () => {
  it('are cut by address', async () => {
    const { burst } = at.config.window.rates.file
    for (let n = 0; n < burst; n++) await house.file()
    await expect(house.file()).rejects.toMatchObject({ id: 'too-many-requests' })
    await expect(house.file({}, '203.0.113.5')).resolves.toBeTruthy()
  })
})

const text = fc.string({ minLength: 1, maxLength: 12 })
const known = fc.record({
  id: text,
  caseNo: text,
  cause: fc.option(text),
  accepted: fc.option(fc.constant('2026-11-03')),
  due: fc.option(fc.constant('2026-12-03')),
  node: fc.option(fc.oneof(text, fc.constantFrom('审批', '检察官联席会', '送达', '受理'))),
  state: fc.constantFrom('unassigned' as const, 'open' as const, 'closed' as const),
})

describe('the rules', () => {
  it('let nothing but the four things out, and no word of the inside', () => {
    const { progress } = at.config.window
    const words = new Set([
      progress.unassigned,
      progress.open,
      progress.closed,
      ...progress.nodes.map(({ text }) => text),
    ])
    fc.assert(
      fc.property(known, (one) => {
        const extra = { ...one, handler: '经办人', suspect: '某甲', outcome: '不起诉' }
        const answer = answerOf(at.config.window, extra)
        expect(Object.keys(answer).sort()).toEqual(['acceptedOn', 'cause', 'due', 'progress'])
        expect(CaseAnswer.parse(answer)).toEqual(answer)
        expect(words.has(answer.progress)).toBe(true)
        expect(answer.cause).toBe(one.cause ?? progress.noCause)
      }),
    )
  })

  it('never tell a number below the least, nor let it be reckoned from a total', () => {
    const value = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fc.integer({ min: 2, max: 10 }), (parts, least) => {
        const total = parts.reduce((sum, one) => sum + one, 0)
        const items = [total, ...parts].map((value, n) => ({ name: `f${n}`, title: '', unit: '', value }))
        const names = parts.map((_one, n) => `f${n + 1}`)
        const told = suppressed(items, [{ total: 'f0', parts: names }], least)
        for (const { value } of told) expect(value === null || value === 0 || value >= least).toBe(true)
        const gaps = told.slice(1).filter(({ value }) => value === null).length
        expect(told[0]?.value === null || gaps !== 1).toBe(true)
      }),
    )
  })

  it('count wrong answers, forget old ones and shut for a while', () => {
    let lock = afterWrong(undefined, 3, 1000, 0)
    lock = afterWrong(lock, 3, 1000, 10)
    expect(isShut(lock, 11)).toBe(false)
    lock = afterWrong(lock, 3, 1000, 20)
    expect([isShut(lock, 1019), isShut(lock, 1020)]).toEqual([true, false])
    expect(afterWrong(lock, 3, 1000, 5000)).toEqual({ count: 1, lastMs: 5000, lockedUntil: null })
  })

  it('read codes and numbers as people type them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        const code = codeOf(octets)
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
        expect(tidy(` ${code.toLowerCase().replaceAll('-', '－')} `)).toBe(code.replaceAll('-', ''))
      }),
    )
    expect(tidy('o0Il')).toBe('0011')
    expect(caseKey('示检受（２０２６） 12号')).toBe(caseKey('示检受〔2026〕12号'))
    expect([maskedName('张三'), maskedName('欧阳修文'), maskedName('李')]).toEqual(['张*', '欧***', '李*'])
    expect(
      sameHashes([
        ['a', 'a'],
        ['b', 'bb'],
      ]),
    ).toBe(false)
    expect(
      sameHashes([
        ['a', 'a'],
        ['b', 'b'],
      ]),
    ).toBe(true)
  })
})
