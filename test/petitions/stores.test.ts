import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLinks } from '../../contract/chain.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { loadPanel, tick } from '../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import {
  chief,
  clerk,
  DAY,
  deputy,
  HOUR,
  handler,
  head,
  LETTER,
  NOON,
  type Office,
  office,
  otherHead,
  stranger,
} from './office.ts'

/** The whole way of a matter, its rights, clocks and races, the same on every database. */
const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: [string, () => Promise<RecordsOptions>][] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('petitions'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

describe.each(STORES)('petitions on %s', (_name, fresh) => {
  let o: Office
  beforeEach(async () => {
    o = await office(await fresh())
  })
  afterEach(() => o.records.close())
  const refused = (act: Promise<unknown>, words: RegExp | string) => expect(act).rejects.toThrow(words)

  it('goes the whole way from registration to the archive, each step with its evidence', async () => {
    const id = await o.workedOut()
    expect(await o.detail(id)).toMatchObject({ stage: 'close', colour: 'blue', no: '信访〔2026〕1 号' })
    await refused(o.propose(id, 'closePetition'), '须先逐级降到绿色')
    const down = await o.propose(id, 'downgradePetition')
    expect((await o.detail(id)).pending).toBe('downgrade')
    await refused(o.propose(id, 'downgradePetition'), '已有提请等待批准')
    await o.decide('approve', down, head)
    expect(await o.detail(id)).toMatchObject({ colour: 'green', pending: null })
    await refused(o.call('closePetition', handler, { id }, { reason: '已经息诉', files: [] }), /息诉罢访承诺/)
    await o.decide('approve', await o.propose(id, 'closePetition'), deputy)
    const closed = await o.detail(id)
    expect(closed).toMatchObject({ open: false, stage: 'revisit' })
    expect(closed.revisits.map(({ due }) => due)).toEqual(['2026-12-01', '2026-12-24', '2027-02-22'])
    const visit = (days: number, stable = true) =>
      o.call('revisitPetition', handler, { id }, { days, stable, text: '电话回访，情绪平稳' })
    await refused(visit(7), '还没有到回访的日子')
    await refused(visit(30), '现在应做的是 7 日回访')
    for (const days of [7, 30, 90]) {
      o.records.clock.ms = NOON + days * DAY
      await visit(days)
    }
    await o.call('archivePetition', handler, { id }, { text: '材料齐全' })
    const done = await o.detail(id)
    expect(done).toMatchObject({ stage: 'archived', acts: ['reopen'] })
    expect(done.history.map(({ step }) => step)).toEqual([
      'register',
      'assess',
      'warn',
      'assign',
      'resolve',
      'feedback',
      'assess',
      'downgrade-proposed',
      'downgrade',
      'close-proposed',
      'close',
      'revisit',
      'revisit',
      'revisit',
      'archive',
    ])
    expect(await checkLinks(await o.chain())).toEqual([])
    expect(o.anchored).toHaveLength(15)
  })

  it('rises at once and sinks one step with the approval of the level above', async () => {
    const id = await o.registered()
    const red = await o.assess(id, { signals: ['self-harm'] })
    expect(red).toMatchObject({ from: null, to: 'red', mayLower: false, nextReview: '2026-11-25' })
    expect(red.assessment).toMatchObject({ scored: 'green', computed: 'red', hard: [{ id: 'self-harm' }] })
    expect([...o.alerts.open.values()].map(({ rule, severity }) => [rule, severity])).toEqual([
      ['petition.raised', 'critical'],
    ])
    const task = [...o.tasks.standing.values()].find(({ title }) => title.includes('首次处置'))
    expect(task).toMatchObject({
      person: 'p39',
      severity: 'critical',
      why: expect.stringContaining('2026-11-24 14:00'),
    })
    await refused(o.propose(id, 'downgradePetition'), '请先重新研判')
    expect(await o.assess(id)).toMatchObject({ from: 'red', to: 'red', mayLower: true })
    await refused(
      o.call('downgradePetition', handler, { id }, { to: 'yellow', reason: '已经平稳', files: [await o.upload('x')] }),
      '一次只能降一级',
    )
    const wish = await o.propose(id, 'downgradePetition')
    await refused(o.decide('approve', wish, deputy), '没有这一事项')
    await o.decide('approve', wish, chief)
    expect((await o.detail(id)).colour).toBe('orange')
    const second = await o.propose(id, 'downgradePetition', chief)
    await refused(o.decide('approve', second, chief), /自己|本人/)
    await o.decide('withdraw', second, chief)
    expect(await o.detail(id)).toMatchObject({ colour: 'orange', pending: null })
    const third = await o.propose(id, 'downgradePetition')
    await o.decide('reject', third, chief)
    expect((await o.detail(id)).history.at(-1)).toMatchObject({ step: 'refused', text: '同意这样办' })
    const fourth = await o.propose(id, 'downgradePetition')
    await o.assess(id, { raiseTo: 'red' })
    await refused(o.decide('approve', fourth, chief), '提请之后事项已有变化')
    expect((await o.detail(id)).colour).toBe('red')
  })

  it('lets the head of the own department approve, not another one', async () => {
    const id = await o.registered()
    await o.assess(id, { raiseTo: 'blue' })
    const wish = await o.propose(id, 'downgradePetition')
    await refused(o.decide('approve', wish, otherHead), '应由第四检察部负责人')
    await o.decide('approve', wish, head)
    expect((await o.detail(id)).colour).toBe('green')
  })

  it('shows a matter, its contact and its files to those in charge only', async () => {
    const id = await o.registered({ files: [await o.upload('来信原件')] })
    await refused(o.detail(id, stranger), '没有这件事项')
    expect((await o.detail(id, handler)).contact).toEqual(LETTER.contact)
    expect(await o.detail(id, otherHead)).toMatchObject({ contact: null, contactHidden: true, acts: [] })
    await refused(o.assess(id, {}, {}, otherHead), '不由您办理')
    const list = await o.call<{ items: unknown[]; unassessed: number }>('listPetitions', stranger, undefined)
    expect(list).toMatchObject({ items: [], unassessed: 0 })
    const [file] = (await o.detail(id)).history[0]?.files ?? []
    expect(`${await o.stream('petitionFile', handler, { id, hash: file?.hash })}`).toBe('来信原件')
    await refused(o.stream('petitionFile', stranger, { id, hash: file?.hash }), '没有这件事项')
    const other = await o.registered()
    await refused(o.stream('petitionFile', clerk, { id: other, hash: file?.hash }), '没有这份文件')
    await refused(o.registered({ files: ['ab'.repeat(32)] }), '请重新上传')
  })

  it('counts replies by the engine, opens month after month, and raises what is late', async () => {
    const id = await o.registered()
    expect((await o.detail(id)).replies.map(({ kind, due }) => [kind, due])).toEqual([
      ['procedural', '2026-12-01'],
      ['substantive', '2027-02-24'],
    ])
    await refused(
      o.call('replyPetition', handler, { id }, { kind: 'monthly', on: '2026-11-24', text: '办理进展' }),
      '没有待答复',
    )
    o.records.clock.ms = NOON + 8 * DAY
    await tick(o.records, o.petitions, 'petitions-clocks')
    expect([...o.alerts.open.values()].map(({ rule, values }) => [rule, values?.what])).toEqual([
      ['petition.reply-overdue', '七日程序回复'],
    ])
    await o.call('replyPetition', handler, { id }, { kind: 'procedural', on: '2026-12-02', text: '告知已受理' })
    expect(o.alerts.open.size).toBe(0)
    expect((await o.assess(id)).assessment.parts.find((part) => part.id === 'overdue-reply')).toMatchObject({
      points: 5,
    })
    o.records.clock.ms = Temporal.Instant.from('2027-05-10T12:00:00+08:00').epochMilliseconds
    await tick(o.records, o.petitions, 'petitions-clocks')
    const late = await o.detail(id)
    expect(late.replies.map(({ kind, due, onTime }) => [kind, due, onTime])).toEqual([
      ['procedural', '2026-12-01', false],
      ['substantive', '2027-02-24', null],
      ['monthly', '2027-03-24', null],
      ['monthly', '2027-04-26', null],
      ['monthly', '2027-05-24', null],
    ])
    const reply = (kind: string, on: string) =>
      o.call('replyPetition', handler, { id }, { kind, on, text: '书面告知进展' })
    await refused(reply('monthly', '2027-05-11'), '答复日期须在')
    await reply('monthly', '2027-05-10')
    expect((await o.detail(id)).replies.find(({ due }) => due === '2027-03-24')).toMatchObject({ doneOn: '2027-05-10' })
  })

  it('exempts only on grounds that the register bears out', async () => {
    const id = await o.registered()
    const exempt = (ground: string) => o.call('exemptPetition', handler, { id }, { ground, text: '无法答复' })
    await refused(exempt('anonymous'), '不是匿名')
    await refused(exempt('no-contact'), '登记有联系电话')
    for (let n = 0; n < 3; n++) {
      await refused(exempt('unreachable'), '须先登记 3 次')
      await o.call('attemptPetition', handler, { id }, { text: '电话无人接听' })
    }
    await exempt('unreachable')
    o.records.clock.ms = NOON + 200 * DAY
    await tick(o.records, o.petitions, 'petitions-clocks')
    const { dues, replies } = await o.detail(id)
    expect(dues).toEqual([])
    expect(replies).toHaveLength(2)
  })

  it('opens again what a revisit finds unstable', async () => {
    const id = await o.workedOut()
    await o.decide('approve', await o.propose(id, 'downgradePetition'), head)
    await o.decide('approve', await o.propose(id, 'closePetition'), deputy)
    o.records.clock.ms = NOON + 5 * DAY
    await o.call('revisitPetition', handler, { id }, { days: 7, stable: false, text: '再次来电，表示不服' })
    expect(await o.detail(id)).toMatchObject({ open: true, stage: 'assess', colour: 'green', revisits: [] })
    expect((await o.detail(id)).dues.map((due) => [due.id, due.due])).toContainEqual(['monthly', '2026-12-29'])
  })

  it('takes one of two steps at once', async () => {
    const id = await o.registered()
    await o.assess(id, { raiseTo: 'blue' })
    const warn = () => o.call('warnPetition', handler, { id }, { text: '报部门负责人', units: ['court'] })
    const results = await Promise.allSettled([warn(), warn(), warn()])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { outbox } = await o.detail(id)
    expect(outbox).toHaveLength(1)
    const receipt = () =>
      o.call<{ receipt: object }>(
        'petitionReceipt',
        handler,
        { id: outbox[0]?.id },
        { who: '区法院立案庭', text: '收悉' },
      )
    const answers = await Promise.allSettled([receipt(), receipt()])
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('shows who leads, what is late and what is stuck; tells the month again', async () => {
    const id = await o.workedOut({ area: '城西街道' })
    const hot = await o.registered()
    await o.assess(hot, { signals: ['group'] }, { people: 6 })
    await o.call('warnPetition', handler, { id: hot }, { text: '已通报政法委', units: ['politics-law'] })
    o.records.clock.ms = NOON + 12 * DAY
    type Board = {
      items: { id: string; stuck: string[]; waitingReceipts: number }[]
      leaders: object[]
      byColour: object
    }
    const board = await o.call<Board>('petitionBoard', clerk, undefined)
    expect(board.byColour).toMatchObject({ orange: 1, blue: 1 })
    expect(board.items[0]).toMatchObject({ id: hot, waitingReceipts: 1 })
    expect(board.items[0]?.stuck.join()).toMatch(/再次研判逾期.*12 天没有进展.*1 份函件未回执.*没有包案领导/)
    expect(board.leaders).toMatchObject([{ name: '何思雅', open: 1 }])
    await o.decide('approve', await o.propose(id, 'downgradePetition'), head)
    type Changes = {
      start: object
      days: { date: string; end: Record<string, number>; byArea: object[]; changes: { to: string }[] }[]
    }
    const month = await o.call<Changes>('petitionChanges', clerk, undefined, { month: '2026-11' })
    expect(month.start).toMatchObject({ orange: 0 })
    const day = month.days.find(({ date }) => date === '2026-11-24')
    expect(day?.changes.map(({ to }) => to)).toEqual(['blue', 'orange'])
    expect(day?.byArea).toEqual([
      { area: '城东街道', open: 1, highest: 'orange' },
      { area: '城西街道', open: 1, highest: 'blue' },
    ])
    const next = await o.call<Changes>('petitionChanges', clerk, undefined, { month: '2026-12' })
    expect(next.start).toMatchObject({ blue: 1, orange: 1 })
    expect(next.days.at(-1)).toMatchObject({ date: '2026-12-06', end: { green: 1, blue: 0, orange: 1 } })
  })

  it('feeds the wall and the figures with numbers, no names', async () => {
    await o.registered()
    const hot = await o.registered()
    await o.assess(hot, { raiseTo: 'yellow' })
    await o.assess(hot, { raiseTo: 'red' })
    const now = o.records.clock.ms + HOUR
    const panel = await loadPanel(o.petitions, 'petition', now)
    expect(panel).toMatchObject({
      open: 2,
      unassessed: 1,
      today: { up: 1, down: 0, registered: 2, closed: 0 },
      week: { up: 1 },
    })
    expect(panel.colours[0]).toMatchObject({ colour: 'red', count: 1, up: 1 })
    expect(panel.nextDue[0]).toMatchObject({ no: '信访〔2026〕2 号', what: '首次处置', overdue: false })
    expect(panel.limits.map((limit) => [limit.id, limit.open])).toEqual([
      ['procedural', 2],
      ['substantive', 2],
      ['monthly', 0],
    ])
    expect(JSON.stringify(panel)).not.toContain('赵某')
    const changes = await loadPanel(o.petitions, 'petition-changes', now)
    expect(changes.days).toHaveLength(14)
    expect(changes.recent.map(({ direction }) => direction)).toEqual(['up', 'first'])
    await loadPanel(o.petitions, 'petition-limits', now)
    const figures = (await o.petitions.figures?.[0]?.list(now)) ?? []
    expect(figures.map(({ name, value }) => [name, value])).toContainEqual(['petition.red', 1])
  })
})
