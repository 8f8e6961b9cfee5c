import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tick } from '../helpers/records.ts'
import * as at from './house.ts'

let house: at.House
beforeEach(async () => {
  house = await at.house({ petitions: true })
})
afterEach(() => house.close())

describe('a filing', () => {
  it('goes from the page to the register and back to whoever holds the receipt', async () => {
    const { file, type, name } = await house.upload(at.JPEG, '../../照片.exe.jpg')
    expect([type, name]).toEqual(['jpeg', '______照片_exe.jpg'])
    const { receipt, code, due } = await house.file({ files: [file] })
    expect(receipt).toMatch(/^20261124-[0-9A-Z]{8}$/)
    expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/)
    expect(due).toBe('2026-12-01')
    const [item] = await house.filings()
    if (!item) throw new Error('no filing')
    expect(item).toMatchObject({ state: 'received', overdue: false, files: 1, kindName: '控告' })
    expect(house.tasks.opened).toMatchObject([{ kind: 'window', due: '2026-12-01', role: 'case-management' }])
    expect((await house.filing(item.id)).acts).toEqual(['decide', 'contact'])
    const body = { decision: 'accept', text: '已受理，由控告申诉检察部门办理。' }
    const decided = await house.call('decideFiling', { params: { id: item.id }, body })
    expect(decided).toMatchObject({ state: 'accepted', matter: '信访〔2026〕1 号', acts: ['reply', 'contact'] })
    expect(house.matters).toMatchObject([
      { title: at.FILING.title, receivedOn: '2026-11-24', contact: at.FILING.contact, files: [{ type: 'jpeg' }] },
    ])
    expect(house.tasks.standing.size).toBe(0)
    await house.call('replyFiling', { params: { id: item.id }, body: { text: '车辆已依法返还。', final: true } })
    const seen = await house.progress(` ${receipt.toLowerCase().replace('-', '')} `, code.toLowerCase())
    expect(seen).toMatchObject({ what: 'filing', stateName: '已答复' })
    expect(seen.what === 'filing' && seen.replies.map(({ text }) => text)).toEqual([
      '已受理，由控告申诉检察部门办理。',
      '车辆已依法返还。',
    ])
    // Nothing of the staff and nothing of the register.
    expect(JSON.stringify(seen)).not.toMatch(/韩然柏|信访〔|p46|199-0000/)
  })

  it('shows the replies that were given in the petition register, in their order', async () => {
    await house.close()
    house = await at.house({ petitions: true, replied: { m1: [{ on: '2026-11-20', what: '已作程序性回复' }] } })
    const { receipt, code } = await house.file()
    const [item] = await house.filings()
    const body = { decision: 'accept', text: '已受理。' }
    await house.call('decideFiling', { params: { id: item?.id ?? '' }, body })
    const seen = await house.progress(receipt, code)
    expect(seen.what === 'filing' && seen.replies.map(({ text }) => text)).toEqual(['已作程序性回复', '已受理。'])
  })

  it('can come from nobody: no name, no telephone, no address is kept', async () => {
    const { receipt, code } = await house.file({ anonymous: true }, '203.0.113.77')
    const [item] = await house.filings()
    expect(await house.filing(item?.id ?? '')).toMatchObject({ anonymous: true, contact: null })
    expect(await house.trail()).not.toContain('203.0.113.77')
    expect(await house.progress(receipt, code)).toMatchObject({ stateName: '已收到，待受理审查' })
    await expect(house.file({ contact: undefined })).rejects.toMatchObject({ id: 'bad-input' })
  })

  it('shows who handed it in only with a reason, which stays', async () => {
    await house.file()
    const [item] = await house.filings()
    const params = { id: item?.id ?? '' }
    expect((await house.filing(params.id)).contact).toEqual({ name: '李*', phone: '***-****-2222' })
    const body = { reason: '联系提交人核实情况' }
    expect(await house.call('filingContact', { params, body })).toEqual(at.FILING.contact)
    const trail = await house.trail()
    expect(trail).toContain('window.contact-seen')
    expect(trail).not.toMatch(/李四|199-0000-2222/)
    // Copying out by the dozen is no looking up: the same person is stopped, and each look stands in the trail.
    for (let n = 1; n < 20; n++) await house.call('filingContact', { params, body })
    await expect(house.call('filingContact', { params, body })).rejects.toMatchObject({ id: 'too-many-requests' })
    expect((await house.trail()).split('window.contact-seen')).toHaveLength(21)
  })

  it('is decided once, and answered only after that', async () => {
    await house.file()
    const [item] = await house.filings()
    const params = { id: item?.id ?? '' }
    const reply = { params, body: { text: '先行答复。' } }
    await expect(house.call('replyFiling', reply)).rejects.toMatchObject({ id: 'unprocessable' })
    await house.call('decideFiling', { params, body: { decision: 'decline', text: '不属于本院管辖。' } })
    const again = { params, body: { decision: 'accept', text: '予以受理。' } }
    await expect(house.call('decideFiling', again)).rejects.toMatchObject({ id: 'conflict' })
    await expect(house.call('replyFiling', reply)).rejects.toMatchObject({ id: 'unprocessable' })
    expect(house.matters).toEqual([])
  })

  it('that nobody answers becomes an alert on the day after, once, and the answer clears it', async () => {
    await house.file()
    house.records.clock.ms += 7 * at.DAY
    await tick(house.records, house.window, 'window-late')
    expect(house.alerts.raised).toEqual([])
    house.records.clock.ms += at.DAY
    await tick(house.records, house.window, 'window-late')
    await tick(house.records, house.window, 'window-late')
    expect(house.alerts.raised).toMatchObject([{ rule: 'window.filing-overdue', values: { what: '控告' } }])
    const [item] = await house.filings()
    expect(item?.overdue).toBe(true)
    const body = { decision: 'transfer', text: '请向有管辖权的机关提出。' }
    await house.call('decideFiling', { params: { id: item?.id ?? '' }, body })
    expect(house.alerts.open.size).toBe(0)
  })
})

describe('attachments', () => {
  it('lie under their hash, for the owner alone, and leave as downloads only', async () => {
    const { file } = await house.upload(at.JPEG)
    await house.file({ files: [file] })
    const [item] = await house.filings()
    const hash = createHash('sha256').update(at.JPEG).digest('hex')
    const path = join(house.folder, hash.slice(0, 2), hash)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const got = await house.download(item?.id ?? '', 0)
    expect(got.contentType).toBe('application/octet-stream')
    expect(got.bytes.equals(at.JPEG)).toBe(true)
  })

  it.each([
    ['a page', '<html><script>alert(1)</script>', '说明.txt'],
    ['a picture that runs', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', 'a.svg'],
    ['a program', 'MZ\u0000\u0090', '图.jpg'],
    ['a script', '#!/bin/sh\nrm -rf /', 'a.txt'],
    ['an archive', 'PK\u0003\u0004 anything', 'a.docx'],
    ['a macro', 'PK\u0003\u0004 word/document.xml word/vbaProject.bin', 'a.docx'],
    ['bytes', '\u0001\u0002\u0003', 'a.txt'],
  ])('%s is refused by its bytes, whatever its name', async (_what, text, name) => {
    await expect(house.upload(Buffer.from(text), name)).rejects.toMatchObject({ id: 'unsupported-media' })
    expect(readdirSync(house.folder)).toEqual([])
  })

  it('are bounded in size and number, and belong to whoever handed them in', async () => {
    const big = Buffer.alloc(at.config.window.files.maxBytes + 1, 0xff)
    await expect(house.upload(big)).rejects.toMatchObject({ id: 'too-large' })
    await expect(house.upload(Buffer.alloc(0))).rejects.toMatchObject({ id: 'bad-input' })
    const ids: string[] = []
    for (let n = 0; n <= at.config.window.files.max; n++)
      ids.push((await house.upload(Buffer.concat([at.JPEG, Buffer.from([n])]))).file)
    await expect(house.file({ files: ids })).rejects.toMatchObject({ id: 'unprocessable' })
    const [first = ''] = ids
    await house.file({ files: [first] })
    // A second filing cannot take it, and nothing of that filing stays.
    await expect(house.file({ files: [first] })).rejects.toMatchObject({ id: 'unprocessable' })
    expect(await house.filings()).toHaveLength(1)
  })

  it('that nobody hands in are swept away, and only those', async () => {
    const kept = await house.upload(at.JPEG)
    await house.file({ files: [kept.file] })
    await house.upload(at.JPEG)
    await house.upload(Buffer.concat([at.JPEG, at.JPEG]))
    house.records.clock.ms += at.DAY
    await tick(house.records, house.window, 'window-sweep')
    expect(readdirSync(house.folder).flatMap((dir) => readdirSync(join(house.folder, dir)))).toEqual([
      createHash('sha256').update(at.JPEG).digest('hex'),
    ])
    const [item] = await house.filings()
    expect((await house.download(item?.id ?? '', 0)).bytes.equals(at.JPEG)).toBe(true)
  })

  it('go through the scanner where there is one', async () => {
    await house.close()
    const verdicts = ['infected', 'unknown', 'clean'] as const
    let n = 0
    house = await at.house({ scanner: { scan: async () => verdicts[n++] ?? 'unknown' } })
    await expect(house.upload(at.JPEG)).rejects.toMatchObject({ id: 'unprocessable' })
    expect(readdirSync(house.folder)).toEqual([])
    const files = [(await house.upload(at.JPEG)).file, (await house.upload(at.JPEG)).file]
    await house.file({ files })
    const [item] = await house.filings()
    expect((await house.filing(item?.id ?? '')).attachments.map(({ scan }) => scan)).toEqual(['unknown', 'clean'])
  })
})

describe("a lawyer's appointment", () => {
  it('is answered within three workdays, in words that can be printed', async () => {
    // Friday noon: Monday, Tuesday, Wednesday.
    house.records.clock.ms = Temporal.Instant.from('2026-11-27T12:00:00+08:00').epochMilliseconds
    const { receipt, code, due, basis } = await house.book({ wanted: [] })
    expect(due).toBe('2026-12-02')
    expect(basis).toContain('律师')
    const [item] = await house.appointments()
    const params = { id: item?.id ?? '' }
    expect(await house.call('getAppointment', { params })).toMatchObject({ caseKnown: true, acts: ['answer'] })
    const body = { decision: 'confirm', on: '2026-12-01', time: '09:30', place: '律师阅卷室' }
    await house.call('answerAppointment', { params, body })
    const seen = await house.progress(receipt, code)
    expect(seen).toMatchObject({ what: 'appointment', stateName: '已安排', due: null })
    expect(seen.what === 'appointment' && seen.notice).toContain('2026年12月1日 09:30\n地点：律师阅卷室')
    await expect(house.call('answerAppointment', { params, body })).rejects.toMatchObject({ id: 'conflict' })
  })

  it('that is not answered in time is told', async () => {
    await house.book()
    house.records.clock.ms += 3 * at.DAY
    await tick(house.records, house.window, 'window-late')
    expect(house.alerts.raised).toEqual([])
    house.records.clock.ms += at.DAY
    await tick(house.records, house.window, 'window-late')
    expect(house.alerts.raised).toMatchObject([{ rule: 'window.appointment-overdue', values: { due: '2026-11-27' } }])
    await expect(house.book({ wanted: ['2026-11-01'] })).rejects.toMatchObject({ id: 'bad-input' })
  })
})

describe('the figures', () => {
  it('count what waits and what is late, without a name', async () => {
    await house.file()
    await house.book()
    house.records.clock.ms += 5 * at.DAY
    const [source] = house.window.figures ?? []
    const figures = (await source?.list(house.records.clock.ms)) ?? []
    expect(figures.map(({ name, value }) => [name, value])).toEqual([
      ['window.filings-waiting', 1],
      ['window.filings-overdue', 0],
      ['window.appointments-waiting', 1],
      ['window.appointments-overdue', 1],
    ])
    expect(JSON.stringify(figures)).not.toMatch(/李四|赵律|张三|199-0000/)
  })
})

describe('statistics', () => {
  const figures = { 'flow.open': 120, 'flow.custody': 3, 'flow.unassigned': 9, 'disclosure.published-year': 40 }
  it('are published by two people, with the small numbers out', async () => {
    await house.close()
    house = await at.house({ figures })
    const body = { title: '2026 年 11 月', names: Object.keys(figures), reason: '按月公开' }
    const { approval } = await house.call<{ approval: string }>('publishStatistics', { body })
    const approve = (person: typeof at.chief) =>
      house.call('approveProposal', { params: { id: approval }, body: {}, person })
    const open = () => house.call<{ items: { items: object[] }[]; caption: string }>('windowStatistics', { query: {} })
    expect((await open()).items).toEqual([])
    const both = { ...at.clerk, permissions: new Set([...at.clerk.permissions, 'window.approve']) }
    await expect(approve(both)).rejects.toMatchObject({ id: 'same-person' })
    await approve(at.chief)
    const { items, caption } = await open()
    expect(caption).toBe('数据用于分析研判，不作考核排名')
    expect(items[0]?.items).toEqual([
      { title: 'flow.open', unit: '件', value: 120 },
      // 3 is too small; 9 goes with it, since 120 − 9 might tell it.
      { title: 'flow.custody', unit: '件', value: null },
      { title: 'flow.unassigned', unit: '件', value: null },
      { title: 'disclosure.published-year', unit: '件', value: 40 },
    ])
    const other = { title: '其他指标', names: ['alerts.open'], reason: '按月公开' }
    await expect(house.call('publishStatistics', { body: other })).rejects.toMatchObject({ id: 'unprocessable' })
  })
})
