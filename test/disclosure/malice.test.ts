import { deflateRawSync } from 'node:zlib'
import * as d from 'docx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeDocx } from '../../server/disclosure/files/docx-write.ts'
import { textOf } from '../../server/disclosure/files/flat.ts'
import { DocumentRefused, formatOf } from '../../server/disclosure/files/model.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import { readFile } from '../../server/disclosure/files/read.ts'
import { reread } from '../../server/disclosure/files/reread.ts'
import { zipOf } from '../collectors/cases/build.ts'

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const docx = (body: string, more: readonly (readonly [string, string])[] = []): Buffer =>
  zipOf(
    [['word/document.xml', `<w:document ${W}><w:body>${body}</w:body></w:document>`] as const, ...more].map(
      ([name, text]) => ({ name, data: Buffer.from(text) }),
    ),
  )
const p = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`
const read = async (bytes: Buffer) => textOf(await readFile(bytes, 'docx'))

describe('a file that means harm', () => {
  it.each([
    ['a bomb', docx(p('零'.repeat(12_000_000))), '压缩'],
    ['a DTD', zipOf([{ name: 'word/document.xml', data: Buffer.from(`<!DOCTYPE x [<!ENTITY a "b">]><x/>`) }]), 'DTD'],
    ['no document', zipOf([{ name: 'xl/workbook.xml', data: Buffer.from('<x/>') }]), '不是 Word'],
    ['a macro', docx(p('一'), [['word/vbaProject.bin', 'x']]), '宏'],
    ['nesting without end', docx(`${'<w:p>'.repeat(500)}${'</w:p>'.repeat(500)}`), '嵌套过深'],
    ['broken XML', docx('<w:p>'), 'XML'],
    ['nothing', docx(p('')), '没有文字'],
  ])('%s is refused in Chinese', async (_what, bytes, words) => {
    const refused = await readFile(bytes, 'docx').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DocumentRefused)
    expect((refused as Error).message).toContain(words)
  })

  it('is told by its content, not by its name', () => {
    expect(formatOf(Buffer.from('PK\u0003\u0004'), 'a.pdf')).toBe('docx')
    expect(formatOf(Buffer.from('%PDF-1.7'), 'a.docx')).toBe('pdf')
    expect(() => formatOf(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), 'a.doc')).toThrow('另存为 .docx')
    expect(() => formatOf(Buffer.from('MZ'), 'a.exe')).toThrow('只接收')
  })

  it('never breaks a reader, however it is cut or bent', async () => {
    const good = [
      { format: 'docx' as const, bytes: docx(p('张三')) },
      { format: 'pdf' as const, bytes: await writePdf([{ style: 'body', align: 'left', text: '张三' }]) },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good),
        fc.nat(),
        fc.nat(255),
        fc.boolean(),
        async (file, place, value, cut) => {
          const bytes = Buffer.from(file.bytes)
          const at = place % bytes.length
          if (!cut) bytes[at] = value
          const outcome = await readFile(cut ? bytes.subarray(0, at) : bytes, file.format).catch(
            (error: unknown) => error,
          )
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DocumentRefused)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('the words of a docx', () => {
  it('come together from split runs, fields, boxes and breaks; deleted and hidden ones stay out', async () => {
    const text = await read(
      docx(
        `<w:p><w:r><w:t>张</w:t></w:r><w:proofErr/><w:r><w:rPr><w:b/></w:rPr><w:t>三</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:t>一</w:t><w:br/><w:t>二</w:t></w:r></w:p>`,
      ),
    )
    expect(text).toBe('张三增一\n二\n')
  })

  it('are all there when another library has written it', async () => {
    const bytes = await d.Packer.toBuffer(
      new d.Document({
        creator: '张三',
        sections: [
          {
            headers: { default: new d.Header({ children: [new d.Paragraph('页眉')] }) },
            footers: { default: new d.Footer({ children: [new d.Paragraph('页脚')] }) },
            children: [
              new d.Paragraph('正文'),
              new d.Table({
                rows: [
                  new d.TableRow({
                    children: ['甲', '乙'].map((one) => new d.TableCell({ children: [new d.Paragraph(one)] })),
                  }),
                ],
              }),
            ],
          },
        ],
      }),
    )
    expect(await read(bytes)).toBe('页眉\n正文\n甲\t乙\n页脚\n')
  })
})

describe('the second reading', () => {
  it('sees what the first never looks at', async () => {
    const bytes = docx(p('正文'), [
      ['docProps/core.xml', '<cp><dc:creator>张三</dc:creator></cp>'],
      ['word/comments.xml', `<w:comments ${W}><w:comment w:author="李四"/></w:comments>`],
    ])
    const { parts, forbidden } = await reread(bytes, 'docx')
    expect(parts.map(({ text }) => text).join()).toContain('张三')
    expect(parts.map(({ text }) => text).join()).toContain('李四')
    expect(forbidden.map(({ kind }) => kind)).toContain('批注')
    expect(forbidden.map(({ kind }) => kind)).toContain('文件属性或附带内容')
  })

  it('finds the same words in both kinds of copy, and no properties', async () => {
    const blocks = [
      { style: 'title' as const, align: 'center' as const, text: '起诉书' },
      { style: 'body' as const, align: 'left' as const, text: '被告人𠮷田，ABC（2026）晋0105刑初1号。' },
      {
        style: 'table' as const,
        rows: [
          ['甲', '乙'],
          ['丙', '丁'],
        ],
      },
    ]
    for (const format of ['docx', 'pdf'] as const) {
      const bytes = await (format === 'docx' ? writeDocx(blocks) : writePdf(blocks))
      const { parts, forbidden } = await reread(bytes, format)
      expect(forbidden).toEqual([])
      const words = parts.map(({ text }) => text.replaceAll(/\s/g, '')).join('')
      for (const word of ['起诉书', '田，ABC（2026）晋0105刑初1号。', '甲', '丁']) expect(words).toContain(word)
      expect(Buffer.compare(bytes, await (format === 'docx' ? writeDocx(blocks) : writePdf(blocks)))).toBe(0)
    }
  })

  it('says so when it can read nothing', async () => {
    expect((await reread(deflateRawSync('x'), 'docx')).forbidden).not.toEqual([])
    expect((await reread(Buffer.from('%PDF-1.3'), 'pdf')).forbidden).not.toEqual([])
  })
})
