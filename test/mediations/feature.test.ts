import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLinks, parseChain } from '../../contract/chain.ts'
import type { MessageItem } from '../../contract/http/mediations.ts'
import { exportChain } from '../../server/records/chain.ts'
import { tick } from '../helpers/records.ts'
import * as at from './house.ts'

let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.records.close())
const DAY = 24 * at.HOUR

describe('from the application to the archive', () => {
  it('comes to a signed agreement, asks for confirmation within thirty days and follows the duties', async () => {
    const { id, visitors } = await house.agreed()
    expect(await house.get(id)).toMatchObject({
      stage: 'agreed',
      due: '2026-12-24',
      confirmation: { state: 'open', due: '2026-12-24', path: 'judicial-confirmation' },
      performance: [{ id: 'd1', due: '2026-12-10', state: 'open' }],
    })
    expect([...house.tasks.standing.values()]).toMatchObject([
      { kind: 'mediation', due: '2026-12-24', person: 'p07', severity: 'info' },
      { due: '2026-12-10', title: '调解协议履行回访' },
    ])
    expect((await house.view(visitors[0])).confirmation?.due).toBe('2026-12-24')
    await expect(house.step('archiveMediation', id, { note: '归档' })).rejects.toThrow('司法确认')
    house.records.clock.ms += 25 * DAY
    await tick(house.records, house.feature)
    expect(house.tasks.standing.get(`mediation:${id}:confirm:soon`)).toMatchObject({ severity: 'warning' })
    await house.step('confirmMediation', id, { state: 'applied', note: '已共同申请' })
    await expect(house.step('archiveMediation', id, { note: '归档' })).rejects.toThrow('没有回访')
    await house.step('followMediationDuty', id, { duty: 'd1', state: 'done', note: '已付清' })
    expect(house.tasks.standing.size).toBe(0)
    expect((await house.step('archiveMediation', id, { note: '办结归档' })).stage).toBe('archived')
    await expect(house.view(visitors[0])).rejects.toMatchObject({ id: 'signed-out' })
  })

  it('leaves a chain that follows its links and holds no name and no word of the room', async () => {
    const { id, visitors } = await house.session()
    await house.guest('speakInMediation', visitors[0], {
      body: { channel: 'room', kind: 'statement', text: '墙面渗水已三个月' },
    })
    await house.step('failMediation', id, { reason: 'no-agreement', note: '分歧过大' })
    let lines = ''
    for await (const line of exportChain(house.records.store.read, 'mediations')) lines += line
    const { entries, failures } = parseChain(lines)
    expect(failures).toEqual([])
    expect(await checkLinks(entries)).toEqual([])
    for (const secret of ['张甲', '李乙', '渗水', '1234', '199-0000']) expect(lines).not.toContain(secret)
    expect(entries.at(-1)).toMatchObject({ type: 'mediation.fail', body: { stage: 'failed', reason: 'no-agreement' } })
    expect(house.anchored.at(-1)).toEqual(entries.at(-1))
  })

  it('ends with one no, with an exclusion, and when a party leaves', async () => {
    const first = await house.apply()
    const [a] = await house.guests(first)
    await house.guest('consentMediation', a, { body: { agree: false } })
    expect((await house.get(first.id)).stage).toBe('closed')

    const second = await house.apply()
    for (const visitor of await house.guests(second))
      await house.guest('consentMediation', visitor, { body: { agree: true } })
    const judge = (body: object) => house.step('judgeMediation', second.id, { note: '核对', ...body })
    await expect(judge({ checked: [], found: [] })).rejects.toThrow('逐项核对')
    expect((await judge({ checked: at.EXCLUSIONS, found: ['sentencing'] })).stage).toBe('closed')

    const { id, visitors } = await house.session()
    await house.guest('consentMediation', visitors[1], { body: { agree: false } })
    expect(await house.get(id)).toMatchObject({ stage: 'failed', failure: { reason: 'withdrawn' } })
  })
})

describe('the mediator', () => {
  const judged = async (over: Record<string, unknown> = {}) => {
    const one = await house.apply(over)
    for (const visitor of await house.guests(one))
      await house.guest('consentMediation', visitor, { body: { agree: true } })
    await house.step('judgeMediation', one.id, { checked: at.EXCLUSIONS, found: [], note: '适宜' })
    return one.id
  }
  it('is nobody who handles the case or bears a party’s name, and says so', async () => {
    const id = await judged({
      handlers: ['p08'],
      parties: [
        { name: '李调解', role: 'applicant', phone: '19900001' },
        { name: '李乙', role: 'respondent', phone: '19900002' },
      ],
    })
    const choose = (kind: string, mediator: string) =>
      house.step('chooseMediator', id, { kind, mediator, noConflict: true })
    await expect(choose('staff', 'p08')).rejects.toThrow('承办人')
    await expect(choose('people-mediator', 'tj-li')).rejects.toThrow('同名')
    await expect(choose('staff', 'p99')).rejects.toThrow('名单')
    expect((await choose('lawyer', 'ls-wang')).mediatorName).toBe('王律师')
  })

  it('is replaced when another decides so, and does not come back', async () => {
    const { id, visitors } = await house.session()
    await house.guest('challengeMediator', visitors[1], { body: { reason: '与对方相识' } })
    const decide = (person: typeof at.host) =>
      house.step('decideMediationChallenge', id, { party: 'p2', accept: true, reason: '属实' }, person)
    await expect(decide(at.host)).rejects.toMatchObject({ id: 'forbidden' })
    expect((await decide(at.manager)).stage).toBe('mediator')
    const choose = (mediator: string) => house.step('chooseMediator', id, { kind: 'staff', mediator, noConflict: true })
    await expect(choose('p07')).rejects.toThrow('另选')
    expect((await choose('p09')).stage).toBe('schedule')
  })

  it('meets only where the office meets', async () => {
    const id = await judged()
    await house.step('chooseMediator', id, { kind: 'staff', mediator: 'p07', noConflict: true })
    const schedule = (video: string) =>
      house.step('scheduleMediation', id, { at: at.NOON + at.HOUR, minutes: 30, video })
    for (const video of [
      'http://meeting.example.org/1',
      'https://evil.example.com/meeting.example.org',
      'https://meeting.example.org@evil.example.com/',
      'https://evilmeeting.example.org/',
    ])
      await expect(schedule(video)).rejects.toThrow('认可的会议系统')
    expect((await schedule('https://a.meeting.example.org/1')).stage).toBe('rights')
  })
})

describe('the agreement', () => {
  it('is signed by who has read these very bytes; a new draft throws signatures away', async () => {
    const { id, visitors } = await house.session()
    const draft = (term: string) => house.step('draftMediationAgreement', id, { terms: [term], duties: [] })
    const first = (await draft('赔偿三千元。')).agreement?.hash
    const sign = (visitor: (typeof visitors)[0], hash: string | undefined, strokes = at.STROKES) =>
      house.guest('signMediation', visitor, { body: { hash, read: true, strokes } })
    await sign(visitors[0], first)
    await expect(sign(visitors[0], first)).rejects.toThrow('已签名')
    await house.step('redraftMediation', id, { reason: '数额有误' })
    const second = (await draft('赔偿四千元。')).agreement?.hash
    expect(second).not.toBe(first)
    await expect(sign(visitors[1], first)).rejects.toThrow('协议已更新')
    await expect(sign(visitors[1], second, [[[1, 1]]])).rejects.toThrow('过于简单')
    const scribble = Array.from({ length: 90 }, (_, n) => [n, 239 - n].map((x) => [x * 2, x] as [number, number]))
    scribble.push(Array.from({ length: 200 }, (_, n) => [(n % 2) * 600, n] as [number, number]))
    await expect(sign(visitors[1], second, scribble)).rejects.toThrow('笔画过多')
    await sign(visitors[1], second)
    expect((await house.get(id)).stage).toBe('signing')
    await sign(visitors[0], second)
    expect((await house.get(id)).stage).toBe('agreed')
  })

  it('two signatures at once are one each', async () => {
    const { id, visitors } = await house.session()
    const { agreement } = await house.step('draftMediationAgreement', id, { terms: ['赔偿三千元。'], duties: [] })
    const body = { hash: agreement?.hash, read: true, strokes: at.STROKES }
    const outcomes = await Promise.allSettled(
      [...visitors, ...visitors].map((visitor) => house.guest('signMediation', visitor, { body })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect((await house.get(id)).stage).toBe('agreed')
  })
})

describe('who sees what', () => {
  it('the desk: host and mediator the room, case management the course, others nothing', async () => {
    const { id, visitors } = await house.session()
    await house.guest('speakInMediation', visitors[0], {
      body: { channel: 'caucus', kind: 'message', text: '底线两千' },
    })
    const messages = (person: typeof at.host) =>
      house.call<{ items: MessageItem[] }>('listMediationMessages', person, { params: { id }, query: {} })
    expect((await messages(at.host)).items.map(({ text }) => text)).toContain('底线两千')
    await expect(messages(at.manager)).rejects.toMatchObject({ id: 'forbidden' })
    await expect(messages(at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    expect(JSON.stringify(await house.get(id, at.manager))).not.toContain('底线')
    await expect(house.get(id, at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(
      house.step('failMediation', id, { reason: 'absent', note: '不来' }, at.stranger),
    ).rejects.toMatchObject({
      id: 'not-found',
    })
    await expect(house.step('failMediation', id, { reason: 'absent', note: '不来' }, at.manager)).rejects.toMatchObject(
      {
        id: 'forbidden',
      },
    )
    const list = async (person: typeof at.host) =>
      (await house.call<{ items: unknown[] }>('listMediations', person, { query: {} })).items.length
    expect([await list(at.host), await list(at.manager), await list(at.stranger)]).toEqual([1, 1, 0])
  })
})
