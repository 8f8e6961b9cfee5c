import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import type { CaseReading, FileText } from '../../contract/http/assist-reading.ts'
import { joined, tesseractOcr } from '../../server/assist/ocr.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import * as at from './house.ts'

const WORDS = [
  '询问笔录',
  '询问时间：2026年3月6日15时00分',
  '被询问人：李四，男',
  '问：什么时候被打的？',
  '答：昨天晚上十点，他用棍子打了我。',
]
/** A PDF of one page whose only content is a picture: a scan of a printed record. */
async function scan(): Promise<Buffer> {
  const pdf = await writePdf(WORDS.map((text) => ({ style: 'body', align: 'left', text })))
  const made = spawnSync('pdftoppm', ['-r', '150', '-gray', '-jpeg', '-singlefile', '-'], {
    input: pdf,
    maxBuffer: 8e6,
  })
  return picturePdf(made.stdout)
}
/** ISO 32000-1: a page that paints one JPEG. */
function picturePdf(jpeg: Buffer): Buffer {
  const at = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  const [height, width] = [jpeg.readUInt16BE(at + 5), jpeg.readUInt16BE(at + 7)]
  const paint = 'q 595 0 0 842 0 0 cm /I Do Q'
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${paint.length}>>stream\n${paint}\nendstream`,
  ]
  const head = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ${jpeg.length}>>stream\n`
  const pieces: Buffer[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  const add = (...parts: (string | Buffer)[]) => pieces.push(...parts.map((part) => Buffer.from(part as string)))
  const size = () => pieces.reduce((sum, piece) => sum + piece.length, 0)
  for (const [n, body] of objects.entries()) {
    offsets.push(size())
    add(`${n + 1} 0 obj\n${body}\nendobj\n`)
  }
  offsets.push(size())
  add(`5 0 obj\n${head}`, jpeg, '\nendstream\nendobj\n')
  const start = size()
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  add(`xref\n0 6\n0000000000 65535 f \n${rows}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`)
  return Buffer.concat(pieces)
}

let house: at.House | undefined
afterEach(async () => {
  await house?.jobs.close()
  await house?.records.close()
  house = undefined
})
async function read(bytes: Buffer, ocr = tesseractOcr()) {
  house = await at.house({ ocr })
  const params = { case: house.own }
  await house.call('uploadCaseFile', at.handler, { params, query: { name: '扫描.pdf' }, body: bytes })
  await house.call('startReading', at.handler, { params, body: {} })
  await house.jobs.settled()
  return house.call<CaseReading>('getCaseReading', at.handler, { params })
}

describe('a scanned page', () => {
  it('is recognised off line and read like any other, and says that it was recognised', async () => {
    const { files, result, ocr, job } = await read(await scan())
    expect(job).toMatchObject({ state: 'done' })
    expect(ocr.present).toBe(true)
    expect(files[0]).toMatchObject({ pages: 1, scanned: 1 })
    expect(files[0]?.warnings.join()).toContain('识别得来')
    expect(result?.outline[0]?.place.page).toBe(1)
    const params = { case: house?.own, file: files[0]?.id }
    const said = (await house?.call<FileText>('caseFileText', at.handler, { params }))?.text ?? ''
    const wanted = [...WORDS.join('')]
    // An engine may take one character for another: most of them must be right.
    expect(wanted.filter((one) => said.includes(one)).length / wanted.length, said).toBeGreaterThan(0.85)
    expect(said).toContain('2026年3月6日')
  }, 60_000)

  it('stays empty where the program is missing, and says what to install', async () => {
    const { files, ocr } = await read(await scan(), tesseractOcr('/nowhere'))
    expect(ocr).toMatchObject({ present: false })
    expect(files[0]).toMatchObject({ pages: 1, scanned: 0 })
    expect(files[0]?.warnings.join()).toContain('apt-get install tesseract-ocr')
  }, 60_000)

  it('that is none of a picture fails alone', async () => {
    const broken = picturePdf(Buffer.concat([Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 9, 0, 9]), Buffer.alloc(40)]))
    const { job } = await read(broken)
    expect(job?.state).toBe('done')
  }, 60_000)
})

it('blanks between Chinese characters go, those between words stay', () => {
  expect(joined('询 问 笔 录\n\nOK go\f')).toBe('询问笔录\nOK go')
})
