import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FindingDetail } from '../../contract/http/monitoring.ts'
import { startPostgres } from '../services.ts'
import { DAY, NOON, type Office, office, person } from './office.ts'

const management = person('case-management')
const prosecutor = person('prosecutor')
const head = person('department-head')
const deputy = person('deputy-chief')
const auditor = person('auditor')
const colleague = person('p47', ['case-management'])
const stranger = person('p22', ['prosecutor'])

const OVERDUE = { due: '2026-11-20', acceptedAt: '2026-10-20', startedAt: '2026-10-20' }
const DAY_ONE = Temporal.Instant.from('2026-10-20T12:00:00+08:00').epochMilliseconds
const NOTICE = { facts: '已超过审查起诉期限四日', demand: '说明原因，立即纠正' }
const postgres = startPostgres()
afterAll(async () => (await postgres).stop())

describe.each(['sqlite', 'postgres'] as const)('findings on %s', (kind) => {
  let o: Office
  beforeEach(async () => {
    const store = kind === 'postgres' ? { kind, url: await (await postgres).freshDatabase() } : undefined
    o = await office({ ...(store ? { store } : {}) })
  })
  afterEach(() => o.close())

  const step = (id: string, who: typeof management, finding: { id: string; version: number }, body: object) =>
    o.call<FindingDetail>(id, who, { id: finding.id }, { version: finding.version, ...body })
  /** An overdue case, its finding. */
  const overdue = async () => {
    await o.accept(1, OVERDUE, DAY_ONE)
    await o.look()
    const [found] = await o.list(management, { check: 'time.overdue' })
    if (!found) throw new Error('nothing was found')
    return found
  }
  const noticed = async () => step('issueFlowNotice', management, await overdue(), NOTICE)

  it('finds nothing in a case that is in order', async () => {
    await o.accept(1)
    await o.look()
    expect(await o.list(management)).toEqual([])
  })
  it('finds once, with grounds that anybody can follow', async () => {
    await o.accept(1, OVERDUE, DAY_ONE)
    await o.look()
    await o.look()
    o.clock.ms += DAY
    await o.look()
    const found = await o.list(management, { check: 'time.overdue' })
    expect(found).toMatchObject([
      { stage: 'found', addressee: '蒋大天', department: '第一检察部', caseNo: '示检刑诉受[2026]1号' },
    ])
    const detail = await o.get(management, found[0]?.id ?? '')
    expect(detail.words).toBe('法定剩余日数 -4，仍在 阅卷 节点')
    expect(detail.grounds.map(({ label, value, condition }) => [label, value, condition])).toEqual([
      ['状态', '在办', '为在办、待分案之一'],
      ['在押', '否', '为否'],
      ['法定剩余日数', '-4', '≤ -1'],
    ])
    expect(detail).toMatchObject({ rulesVersion: '2026.1', events: [expect.any(String)] })
    expect(detail.basis).toContain('刑事诉讼法')
  })
  it('reminds by itself where the rules say so, and settles by itself when the data are mended', async () => {
    const caseNo = await o.accept(
      1,
      { node: '受理', acceptedAt: '2026-11-19', assignedAt: '2026-11-19' },
      NOON - 5 * DAY,
    )
    await o.look()
    const [found] = await o.list(prosecutor)
    expect(found).toMatchObject({ check: 'rights.notice', stage: 'reminded', caseId: caseNo })
    expect([...o.tasks.open.values()]).toEqual([
      { title: '核实并纠正：三日内未告知诉讼权利', person: 'p07', role: null },
    ])
    await o.tell('case.node_changed', 1, { node: '权利告知', from: '受理', to: '权利告知' })
    await o.look()
    expect(await o.list(prosecutor)).toMatchObject([{ stage: 'corrected' }])
    expect(o.tasks.open.size).toBe(0)
  })
  it('opens a new run with a new due date', async () => {
    await overdue()
    await o.tell('case.deadline_changed', 1, { due: '2026-12-07', from: '2026-11-20', to: '2026-12-07' })
    await o.look()
    expect(await o.list(management, { check: 'time.overdue' })).toMatchObject([{ stage: 'corrected' }])
    o.clock.ms += 14 * DAY
    await o.look()
    const runs = await o.list(management, { check: 'time.overdue' })
    expect(runs.map(({ stage }) => stage)).toEqual(['found', 'corrected'])
  })
  it('goes from notice to answer to acceptance by another person', async () => {
    const notice = await noticed()
    expect(notice).toMatchObject({
      stage: 'noticed',
      noticeNo: '流监通〔2026〕1号',
      due: '2026-12-04',
      daysLeft: 10,
      notice: { issuedBy: '韩然柏', demand: NOTICE.demand },
    })
    await expect(step('replyFinding', stranger, notice, { text: '不是我的案件' })).rejects.toMatchObject({
      id: 'not-found',
    })
    const answered = await step('replyFinding', prosecutor, notice, {
      text: '已报批延长，补录系统',
      measures: '当日补录',
    })
    expect(answered).toMatchObject({ stage: 'answered', notice: { inTime: true }, actions: [] })
    await expect(step('decideReply', head, answered, { accepted: true, text: '同意' })).rejects.toMatchObject({
      id: 'forbidden',
    })
    const done = await step('decideReply', management, answered, { accepted: true, text: '已核实' })
    expect(done.stage).toBe('corrected')
    expect(done.steps.map(({ seq, kind, by }) => [seq, kind, by])).toEqual([
      [1, 'found', '系统'],
      [2, 'notice', '韩然柏'],
      [3, 'reply', '蒋大天'],
      [4, 'accept', '韩然柏'],
    ])
    expect(o.tasks.open.size).toBe(0)
  })
  it('sends an insufficient answer back with a new last day', async () => {
    const answered = await step('replyFinding', head, await noticed(), { text: '已督促承办人' })
    o.clock.ms += 2 * DAY
    const back = await step('decideReply', colleague, answered, { accepted: false, text: '未说明原因' })
    // 2026-11-26 + 10 days is a Sunday: it rolls to Monday.
    expect(back).toMatchObject({ stage: 'noticed', due: '2026-12-07' })
    const again = await step('replyFinding', prosecutor, back, { text: '补充说明原因如下' })
    const twice = await step('decideReply', colleague, again, { accepted: false, text: '仍不充分' })
    expect((await step('escalateFinding', colleague, twice, { text: '两次退回' })).stage).toBe('head')
  })
  it('goes up by itself when no answer comes, telling once', async () => {
    const notice = await noticed()
    await o.escalate()
    expect(o.alerts.raised).toEqual([])
    o.clock.ms += 11 * DAY
    await o.escalate()
    await o.escalate()
    expect(o.alerts.raised).toMatchObject([{ rule: 'monitoring.reply-overdue', values: { due: '2026-12-04' } }])
    expect(await o.get(head, notice.id)).toMatchObject({ stage: 'head', overdue: true, daysLeft: -1 })
    o.clock.ms += 3 * DAY
    await o.escalate()
    const up = await o.get(deputy, notice.id)
    expect(up).toMatchObject({ stage: 'deputy', actions: ['instruct', 'hand-over', 'dismiss'] })
    expect([...o.tasks.open.values()]).toMatchObject([{ role: 'deputy-chief' }])
    const urged = await step('instructFinding', deputy, up, { outcome: 'urge', text: '限期书面答复' })
    expect(urged).toMatchObject({ stage: 'noticed', due: '2026-12-18', overdue: false })
    expect(o.alerts.open.size).toBe(0)
    o.clock.ms += 20 * DAY
    await o.escalate()
    expect(o.alerts.raised).toHaveLength(2)
    const answered = await step('replyFinding', prosecutor, await o.get(prosecutor, notice.id), {
      text: '迟复，原因如下',
    })
    expect(answered.notice).toMatchObject({ inTime: false })
    expect(o.alerts.open.size).toBe(0)
  })
  it('two at once: one effect, the other hears who was first', async () => {
    const found = await overdue()
    const results = await Promise.allSettled([
      step('issueFlowNotice', management, found, NOTICE),
      step('dismissFinding', colleague, found, { text: '数据未更新，实际已报批延长' }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    const refusal = (results[1] as PromiseRejectedResult).reason as { id: string; message: string }
    expect(refusal.id).toBe('conflict')
    expect(refusal.message).toContain('此项已由韩然柏于 12:00 处理（发出流程监控通知书），现为“已发通知书”')
    const twice = await Promise.allSettled(
      [1, 2].map(async () =>
        step('replyFinding', prosecutor, await o.get(prosecutor, found.id), { text: '已纠正完毕' }),
      ),
    )
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await o.get(management, found.id)).steps.filter(({ kind }) => kind === 'reply')).toHaveLength(1)
  })
  it('numbers notices without gap or double, also when a hundred come at once', async () => {
    for (let n = 1; n <= 12; n++) await o.accept(n, OVERDUE, DAY_ONE)
    await o.look()
    const found = await o.list(management, { check: 'time.overdue' })
    const notices = await Promise.all(found.map((one) => step('issueFlowNotice', management, one, NOTICE)))
    const numbers = notices.map(({ noticeNo }) => Number(/(\d+)号/.exec(noticeNo ?? '')?.[1])).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
  })
  it('shows to each what is theirs', async () => {
    const found = await overdue()
    await o.accept(2, { ...OVERDUE, handlerNo: '10022', department: '第二检察部' })
    await o.look()
    const seen = async (who: typeof management) =>
      (await o.list(who, { check: 'time.overdue' })).map(({ caseNo }) => caseNo).sort()
    expect(await seen(prosecutor)).toEqual(['示检刑诉受[2026]1号'])
    expect(await seen(head)).toEqual(['示检刑诉受[2026]1号'])
    expect(await seen(stranger)).toEqual(['示检刑诉受[2026]2号'])
    for (const who of [management, deputy, auditor]) expect(await seen(who)).toHaveLength(2)
    await expect(o.get(stranger, found.id)).rejects.toMatchObject({ id: 'not-found' })
    await expect(step('issueFlowNotice', prosecutor, found, NOTICE)).rejects.toMatchObject({ id: 'forbidden' })
    await expect(step('dismissFinding', auditor, found, { text: '看起来不是一个问题' })).rejects.toMatchObject({
      id: 'forbidden',
    })
    await expect(o.call('monitoringReport', prosecutor)).rejects.toMatchObject({ id: 'forbidden' })
  })
  it('takes what the data cannot show by hand, once a day', async () => {
    const caseId = await o.accept(1)
    const body = { caseId, check: 'property.list', text: '移送清单缺少一部手机' }
    const found = await o.call<FindingDetail>('registerFinding', management, undefined, body)
    expect(found).toMatchObject({ stage: 'found', group: 'PROPERTY', addressee: '蒋大天' })
    await expect(o.call('registerFinding', management, undefined, body)).rejects.toMatchObject({ id: 'conflict' })
    const civil = await o.accept(2, { kind: '民事诉讼监督' })
    await expect(o.call('registerFinding', management, undefined, { ...body, caseId: civil })).rejects.toMatchObject({
      id: 'unprocessable',
    })
    await o.look()
    expect((await o.get(management, found.id)).stage).toBe('found')
    await expect(o.call('registerFinding', management, undefined, { ...body, check: 'no' })).rejects.toMatchObject({
      id: 'unprocessable',
    })
  })
  it('leaves a notice standing when the data are mended, and says so', async () => {
    const notice = await noticed()
    await o.tell('case.closed', 1, { closedAt: '2026-11-24', outcome: '提起公诉' })
    await o.look()
    await o.look()
    const now = await o.get(prosecutor, notice.id)
    expect(now).toMatchObject({ stage: 'noticed', gone: true })
    expect(now.steps.filter(({ kind }) => kind === 'gone')).toHaveLength(1)
    expect(await o.list(management, { check: 'time.closed-late' })).toMatchObject([{ day: '2026-11-24' }])
  })
  it('only counts what was concluded long before it is found', async () => {
    const outcome = '提起公诉'
    await o.accept(1, { acceptedAt: '2026-06-01', due: '2026-07-01', closedAt: '2026-07-03', outcome, node: '归档' })
    await o.look()
    expect(await o.list(management)).toMatchObject([
      { check: 'time.closed-late', stage: 'recorded', day: '2026-07-03' },
    ])
    expect(await o.list(management, { stage: 'open' })).toEqual([])
  })
  it('goes with the case to who has it now, task and history too', async () => {
    const finding = await noticed()
    const caseNo = { handlerNo: '10022', department: '第二检察部' }
    await o.tell('case.handler_changed', 1, caseNo)
    await o.look()
    const [after] = await o.list(management, { check: 'time.overdue' })
    const second = o.config.site.people.find(({ employeeNo }) => employeeNo === '10022')
    expect(after).toMatchObject({
      addressee: second?.name,
      department: '第二检察部',
      due: finding.due,
      stage: 'noticed',
    })
    const { steps } = await o.get(management, finding.id)
    expect(steps.at(-1)).toMatchObject({ kind: 'readdress', from: 'noticed', to: 'noticed' })
    expect([...o.tasks.open.values()].map(({ person: to }) => to)).toContain(second?.id)
    expect([...o.tasks.open.values()].map(({ person: to }) => to)).not.toContain('p07')
    await o.look()
    expect((await o.get(management, finding.id)).steps).toHaveLength(steps.length)
  })
  it('reports a month by type of problem', async () => {
    await noticed()
    await o.accept(2, { acceptedAt: '2026-06-01', due: '2026-07-01', closedAt: '2026-07-03', outcome: '提起公诉' })
    await o.look()
    const report = await o.call<{
      total: number
      before: number
      groups: { group: string; count: number; percent: number }[]
      trend: { month: string; count: number | null }[]
    }>('monitoringReport', management, undefined, { month: '2026-11' })
    expect(report).toMatchObject({ caption: '数据用于分析研判，不作考核排名', notices: { issued: 1 } })
    expect(report.groups.find(({ group }) => group === 'TIME_LIMIT')?.count).toBe(1)
    expect(report.trend).toHaveLength(12)
    expect(report.trend.find(({ month }) => month === '2026-07')?.count).toBe(1)
  })
  it('gives figures by stage', async () => {
    await noticed()
    const figures = (await o.monitoring.figures?.[0]?.list(NOON)) ?? []
    const value = (name: string) => figures.find((one) => one.name === name)?.value
    expect(value('monitoring.noticed')).toBe(1)
    expect(value('monitoring.notices-year')).toBe(1)
    expect(value('monitoring.reply-overdue')).toBe(0)
    expect(JSON.stringify(figures)).not.toContain('蒋大天')
  })
})
