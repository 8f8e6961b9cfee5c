import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLinks, parseChain } from '../../contract/chain.ts'
import type { DisclosureItem, DisclosureSides } from '../../contract/http/disclosure.ts'
import { textOf } from '../../server/disclosure/files/flat.ts'
import { readFile } from '../../server/disclosure/files/read.ts'
import { exportChain } from '../../server/records/chain.ts'
import { loadPanel, tick } from '../helpers/records.ts'
import * as at from './house.ts'

let house: at.House
beforeEach(async () => {
  house = await at.house()
})
afterEach(() => house.records.close())
const DAY = 86_400_000
const publicList = () =>
  house.call<{ items: { id: string; title: string; hash: string }[] }>('listPublicDocuments', at.stranger, {
    query: {},
  })

describe('from import to publication and withdrawal', () => {
  it.each(['docx', 'pdf'] as const)('publishes a clean %s, whose hash is in the chain', async (format) => {
    const id = await house.published(format)
    const { items } = await publicList()
    expect(items).toMatchObject([{ id, title: '王五伤害张某案起诉书' }])
    const bytes = await house.file('publicDocumentFile', at.stranger, id)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(items[0]?.hash)
    const text = textOf(await readFile(bytes, format))
    expect(text).toContain('被告人王五，1990年*月*日出生，公民身份号码***')
    expect(text).toContain('被害人张某，电话***，邮箱***。证人欧阳某的证言。')
    expect(text).toContain('示检刑诉〔2026〕12号')
    expect(text).toMatch(/检察员\s赵\s六/)
    expect((await house.get(id)).url).toBe(`/public/documents/${id}/file`)
  })

  it('takes a withdrawn document away at once and keeps the record; a correction starts at the review', async () => {
    const id = await house.published()
    await house.step('withdrawDisclosure', at.manager, id, { reason: '当事人提出异议' })
    expect((await publicList()).items).toEqual([])
    await expect(house.file('publicDocumentFile', at.stranger, id)).rejects.toMatchObject({ id: 'not-found' })
    const { state, notes } = await house.get(id)
    expect(state).toBe('withdrawn')
    expect(notes.at(-1)).toMatchObject({ action: 'withdraw', reason: '当事人提出异议' })
    const { document } = await house.step('reopenDisclosure', at.manager, id, { reason: '更正后再发布' })
    expect(document).toMatchObject({ state: 'review', publishedAt: null, due: '2026-12-01' })
  })

  it('leaves a chain that follows its links and holds no name', async () => {
    const id = await house.published()
    await house.step('withdrawDisclosure', at.chief, id, { reason: '撤回核实' })
    let lines = ''
    for await (const line of exportChain(house.records.store.read, 'disclosure')) lines += line
    const { entries, failures } = parseChain(lines)
    expect(failures).toEqual([])
    expect(await checkLinks(entries)).toEqual([])
    expect(entries.map(({ type }) => type)).toEqual(
      ['submit', 'review', 'export', 'recheck', 'publish', 'withdraw'].map((step) => `disclosure.${step}`),
    )
    for (const secret of ['王五', '张三', '欧阳', '1499991990']) expect(lines).not.toContain(secret)
    expect(house.anchored.at(-1)).toEqual(entries.at(-1))
  })
})

describe('two people', () => {
  it('are needed at each gate', async () => {
    const { document } = await house.submit()
    const both = { ...at.head, id: at.submitter.id, username: at.submitter.username }
    await expect(
      house.step('reviewDisclosure', both, document.id, { decision: 'publish', reason: '同意公开' }),
    ).rejects.toMatchObject({ id: 'same-person' })
    await house.step('reviewDisclosure', at.head, document.id, { decision: 'publish', reason: '同意公开' })
    await house.step('exportDisclosure', at.manager, document.id, { format: 'docx' })
    const same = { ...at.checker, id: at.manager.id, username: at.manager.username }
    await expect(
      house.step('recheckDisclosure', same, document.id, { passed: true, reason: '对照无误' }),
    ).rejects.toMatchObject({ id: 'same-person' })
    await expect(house.step('publishDisclosure', at.chief, document.id)).rejects.toMatchObject({ id: 'conflict' })
  })

  it('at once have one effect', async () => {
    const { document } = await house.submit()
    const review = () =>
      house.step('reviewDisclosure', at.head, document.id, { decision: 'publish', reason: '同意公开' })
    const outcomes = await Promise.allSettled([review(), review(), review()])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const exported = () => house.step('exportDisclosure', at.manager, document.id, { format: 'docx' })
    const second = await Promise.allSettled([exported(), exported()])
    expect(second.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await house.get(document.id)).notes).toHaveLength(3)
  })
})

describe('the review', () => {
  it('refuses what the law does not let out', async () => {
    const publish = { decision: 'publish', reason: '同意公开' }
    const minor = await house.submit({ parties: [{ name: '王五', role: 'defendant', minor: true }] })
    await expect(house.step('reviewDisclosure', at.head, minor.document.id, publish)).rejects.toThrow('未成年人犯罪')
    const early = await house.submit({ readyDay: undefined })
    await expect(house.step('reviewDisclosure', at.head, early.document.id, publish)).rejects.toThrow('尚未生效')
    const secret = await house.submit({ exclude: { ground: 'state-secret', reason: '涉密' } })
    await expect(house.step('reviewDisclosure', at.head, secret.document.id, publish)).rejects.toThrow('国家秘密')
    await expect(
      house.step('reviewDisclosure', at.head, secret.document.id, { decision: 'exclude', reason: '同意' }),
    ).rejects.toThrow('须选定理由')
    await house.step('reviewDisclosure', at.head, secret.document.id, {
      decision: 'exclude',
      ground: 'state-secret',
      reason: '同意不公开',
    })
    expect(await house.get(secret.document.id)).toMatchObject({ state: 'excluded', groundName: '涉及国家秘密' })
  })

  it('counts ten days to hand in and five workdays to publish', async () => {
    expect((await house.submit()).document).toMatchObject({ due: '2026-12-01', lateSubmit: false, overdue: false })
    expect((await house.submit({ readyDay: '2026-11-13' })).document.lateSubmit).toBe(true)
    house.records.clock.ms += 10 * DAY
    const { items } = await house.call<{ items: DisclosureItem[] }>('listDisclosure', at.manager, {
      query: { overdue: 'true' },
    })
    expect(items).toHaveLength(2)
    await expect(house.submit({ readyDay: '2027-01-01' })).rejects.toThrow('不能晚于今日')
  })
})

describe('masks by hand', () => {
  const exported = async () => {
    const { document } = await house.submit()
    await house.step('reviewDisclosure', at.head, document.id, { decision: 'publish', reason: '同意公开' })
    await house.step('exportDisclosure', at.manager, document.id, { format: 'docx' })
    return document.id
  }
  const sides = (id: string) => house.call<DisclosureSides>('disclosureSides', at.checker, { params: { id } })

  it('are put on and taken off with a reason, and ask for a new copy', async () => {
    const id = await exported()
    const before = await sides(id)
    const email = before.replacements.find(({ kind }) => kind === 'email')
    const start = before.text.indexOf('示检刑诉')
    const { document } = await house.step('maskDisclosure', at.checker, id, {
      add: [{ start, end: start + 4 }],
      remove: [{ start: email?.start, end: email?.end }],
      reason: '公开邮箱，隐去字号',
    })
    expect(document.state).toBe('export')
    expect((await house.get(id)).copy).toBeNull()
    await house.step('exportDisclosure', at.manager, id, { format: 'docx' })
    const after = await sides(id)
    expect(after.leftovers).toEqual([])
    expect(after.exported).toContain('***〔2026〕12号')
    expect(after.exported).toContain('zhang@example.com')
    expect(after.removed).toMatchObject([{ kind: 'email', reason: '公开邮箱，隐去字号' }])
  })

  it('cannot show a name or a number', async () => {
    const id = await exported()
    const { replacements } = await sides(id)
    for (const kind of ['name', 'id-card', 'phone']) {
      const one = replacements.find((each) => each.kind === kind)
      const body = { add: [], remove: [{ start: one?.start, end: one?.end }], reason: '想公开' }
      await expect(house.step('maskDisclosure', at.checker, id, body)).rejects.toThrow('不能取消')
    }
  })

  it('a recheck that fails goes back to the review without a copy', async () => {
    const id = await exported()
    const { document } = await house.step('recheckDisclosure', at.checker, id, { passed: false, reason: '第三段有误' })
    expect(document.state).toBe('review')
    expect(await house.get(id)).toMatchObject({ copy: null })
  })
})

describe('who sees what', () => {
  it('a handler sees the own ones, a head those of the department, a stranger none', async () => {
    const { document } = await house.submit()
    const list = async (person: typeof at.head) =>
      (await house.call<{ items: unknown[] }>('listDisclosure', person, { query: {} })).items.length
    expect(await list(at.submitter)).toBe(1)
    expect(await list(at.head)).toBe(1)
    expect(await list(at.manager)).toBe(1)
    expect(await list(at.stranger)).toBe(0)
    await expect(house.get(document.id, at.stranger)).rejects.toMatchObject({ id: 'not-found' })
  })

  it('the wall sees counts', async () => {
    await house.published()
    await house.submit()
    const panel = await loadPanel(house.feature, 'disclosure', at.NOON)
    expect(panel).toMatchObject({
      open: 1,
      published: 1,
      withdrawn: 0,
      steps: [{ id: 'review', count: 1 }, {}, {}, {}],
    })
    expect(JSON.stringify(panel)).not.toContain('王五')
  })

  it('an upload that nobody submits is gone after a day', async () => {
    const { file } = await house.upload(Buffer.from('无人提交'), 'a.txt')
    const kept = await house.submit()
    house.records.clock.ms += 2 * DAY
    await tick(house.records, house.feature)
    await expect(
      house.call('submitDisclosure', at.submitter, { body: { file, title: '标题', type: 'indictment', parties: [] } }),
    ).rejects.toThrow('重新上传')
    expect((await house.get(kept.document.id)).original.name).toBe('起诉书.txt')
  })
})
