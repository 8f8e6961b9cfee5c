import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBook } from '../../../collectors/cases/parse.ts'
import { parseApart } from '../../../collectors/cases/parse-apart.ts'
import { FileRefused, LIMITS } from '../../../collectors/cases/xlsx/limits.ts'
import { bookOf, HEADER, line, PROFILE, parts, type ZipEntry, zipOf } from './build.ts'

const MIB = 1024 * 1024
const SHEET = 'xl/worksheets/sheet1.xml'
const GOOD = parts([{ rows: [[...HEADER], line(1)] }])

/** A good workbook with one part replaced or added. */
const withPart = (entry: ZipEntry): Buffer =>
  zipOf([...[...GOOD].filter(([name]) => name !== entry.name).map(([name, data]) => ({ name, data })), entry])

async function refusal(bytes: Buffer): Promise<string> {
  try {
    await readBook(bytes)
    return 'taken'
  } catch (error) {
    if (error instanceof FileRefused) return error.reason
    throw error
  }
}

describe('files that mean harm', () => {
  it.each([
    // G10.12
    ['claims 10 GiB', { name: SHEET, data: 'x', claim: { size: 0xffff_fff0 } }, 'zip_limit'],
    ['unpacks to more than it claims', { name: SHEET, data: 'x'.repeat(50_000), claim: { size: 10 } }, 'zip_limit'],
    ['unpacks to less than it claims', { name: SHEET, data: '<x/>', claim: { size: 5000 } }, 'zip_limit'],
    [
      'claims more packed bytes than the file has',
      { name: 'xl/a.xml', data: 'x', claim: { packed: 90 * MIB } },
      'zip_limit',
    ],
    ['holds an archive', { name: 'xl/embeddings/inner.xlsx', data: 'x' }, 'zip_limit'],
    ['holds a zip', { name: 'xl/media/a.zip', data: 'x' }, 'zip_limit'],
    ['climbs out', { name: '../../etc/passwd', data: 'x' }, 'zip_limit'],
    ['is absolute', { name: '/etc/passwd', data: 'x' }, 'zip_limit'],
    ['has a part twice', { name: 'XL/WORKBOOK.XML', data: 'x' }, 'zip_limit'],
    // G10.13
    ['holds macros', { name: 'xl/vbaProject.bin', data: 'x' }, 'active_content'],
    ['holds a macro sheet', { name: 'xl/macrosheets/sheet1.xml', data: 'x' }, 'active_content'],
    ['links outside', { name: 'xl/externalLinks/externalLink1.xml', data: 'x' }, 'active_content'],
    ['holds ActiveX', { name: 'xl/activeX/activeX1.bin', data: 'x' }, 'active_content'],
    ['declares a DOCTYPE', { name: SHEET, data: '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>' }, 'active_content'],
    // G10.14
    ['is encrypted inside', { name: SHEET, data: 'x', flags: 0x0801 }, 'encrypted'],
    ['is no XML', { name: SHEET, data: '<worksheet><row></worksheet>' }, 'bad_header'],
    ['is no UTF-8', { name: SHEET, data: Buffer.from('3c613eff3c2f613e', 'hex') }, 'undecodable'],
  ] as [string, ZipEntry, string][])('a part that %s: %s', async (_, entry, reason) => {
    expect(await refusal(withPart(entry))).toBe(reason)
  })

  it('G10.12: a bomb of a small file is refused cheaply, with little memory', async () => {
    // 90 MiB of one letter in 90 kB: the directory tells the truth, the ratio does not pass.
    const bomb = withPart({ name: SHEET, data: Buffer.alloc(90 * MIB, 0x20) })
    // The directory lies, so that only the unpacking finds out.
    const liar = withPart({ name: SHEET, data: Buffer.alloc(90 * MIB, 0x20), claim: { size: 200_000 } })
    expect(bomb.length).toBeLessThan(200_000)
    for (const file of [bomb, liar]) {
      const before = { cpu: process.cpuUsage(), rss: process.memoryUsage().rss }
      expect(await refusal(file)).toBe('zip_limit')
      const cpu = process.cpuUsage(before.cpu)
      expect((cpu.user + cpu.system) / 1e6).toBeLessThan(1)
      expect(process.memoryUsage().rss - before.rss).toBeLessThan(200 * MIB)
    }
  })

  it('too many parts', async () => {
    const many = Array.from({ length: LIMITS.entries + 1 }, (_, n) => ({ name: `xl/x${n}.xml`, data: '' }))
    expect(await refusal(zipOf(many))).toBe('zip_limit')
  })

  it.each([
    ['too many columns', [['x'], [{ xml: '<c r="IW2"><v>1</v></c>' }]]],
    ['a cell too long', [['x'.repeat(LIMITS.cellChars + 1)]]],
  ])('%s', async (_, rows) => {
    expect(await refusal(bookOf([{ rows }]))).toBe('zip_limit')
  })

  it('too many rows', async () => {
    const body = Array.from({ length: LIMITS.rows + 1 }, () => '<row><c><v>1</v></c></row>').join('')
    const data = `<worksheet><sheetData>${body}</sheetData></worksheet>`
    // Stored, so that the ratio of equal rows is not what stops it.
    expect(await refusal(withPart({ name: SHEET, data, stored: true }))).toBe('zip_limit')
  }, 60_000)

  it('G10.14: an OLE file with EncryptedPackage is encrypted, any other is a legacy .xls', async () => {
    const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)])
    expect(await refusal(ole)).toBe('legacy_xls')
    expect(await refusal(Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(100)]))).toBe(
      'encrypted',
    )
  })

  it.each([
    ['half a workbook', bookOf([{ rows: [[...HEADER]] }]).subarray(0, 500)],
    ['a zip that is no workbook', zipOf([{ name: 'a.txt', data: 'x' }])],
    ['PK and nothing', Buffer.from('PK\x03\x04')],
  ])('%s is bad_header', async (_, bytes) => {
    expect(await refusal(bytes)).toBe('bad_header')
  })

  it('headers called __proto__ or constructor change no prototype', async () => {
    const rows = [
      ['部门受案号', '案件类别', '承办部门', '__proto__', 'constructor'],
      [...line(1).slice(0, 3), 'x', 'y'],
    ]
    const answer = await parseApart(bookOf([{ rows }]), PROFILE, new AbortController().signal)
    expect(answer.ok).toBe(true)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('what eats all memory of its thread is refused and the collector lives', async () => {
    // Many different strings: each passes the limits, together they do not fit.
    const cells = Array.from(
      { length: 250 },
      (_, n) => `<c t="inlineStr"><is><t>${n}${'字'.repeat(300)}</t></is></c>`,
    ).join('')
    const row = `<row>${cells}</row>`
    const data = `<worksheet><sheetData>${row.repeat(400)}</sheetData></worksheet>`
    const answer = await parseApart(
      withPart({ name: SHEET, data, stored: true }),
      PROFILE,
      new AbortController().signal,
    )
    expect(answer).toMatchObject({ ok: false })
  }, 60_000)

  it('a file that takes too long is given up', async () => {
    const answer = await parseApart(
      bookOf([{ rows: [[...HEADER], line(1)] }]),
      PROFILE,
      new AbortController().signal,
      1,
    )
    expect(answer).toMatchObject({ ok: false, reason: 'zip_limit' })
  })

  it('an aborted parse ends its thread', async () => {
    const stop = new AbortController()
    const parsing = parseApart(bookOf([{ rows: [[...HEADER], line(1)] }]), PROFILE, stop.signal)
    stop.abort(new Error('停止'))
    await expect(parsing).rejects.toThrow('停止')
  })

  it('a deflate stream that never ends is cut at its end', async () => {
    const broken = deflateRawSync(Buffer.alloc(5000, 1)).subarray(0, 5)
    expect(await refusal(withPart({ name: SHEET, data: broken, stored: true }))).not.toBe('taken')
  })
})
