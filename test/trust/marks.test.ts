import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { writeDocx } from '../../server/disclosure/files/docx-write.ts'
import type { Block } from '../../server/disclosure/files/model.ts'
import { readPdfPages } from '../../server/disclosure/files/pdf-read.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import { writeXlsx } from '../../server/export/xlsx/write.ts'
import { markOf } from '../../server/mark.ts'
import { isMarked } from '../../web/desk/shell/marked.ts'
import { openBook } from './book.ts'
import { asvs, djbh } from './names.ts'

/** Water marks: who took a copy away or looked at a page, and when. */
const MARK = markOf({ name: '张<某>&"', username: 'zhang.wei' }, Date.UTC(2026, 10, 24, 1, 30, 5))
const blocks: Block[] = [
  { style: 'title', align: 'center', text: '简报' },
  ...Array.from({ length: 60 }, (_, n): Block => ({ style: 'body', align: 'both', text: `第 ${n} 段，正文。` })),
]

test(djbh('8.1.4.11', 'a mark says name, account and the minute of the office'), () => {
  expect(MARK).toBe('张<某>&"（zhang.wei）2026-11-24 09:30:05')
})

test(djbh('8.1.4.11', 'PDF: on each page, and only where it is asked for'), async () => {
  const pages = await readPdfPages(await writePdf(blocks, MARK))
  expect(pages.length).toBeGreaterThan(2)
  for (const page of pages) expect(page.replaceAll(/\s/g, '')).toContain('zhang.wei')
  const plain = await readPdfPages(await writePdf(blocks))
  expect(plain).toHaveLength(pages.length)
  expect(plain.join('')).not.toContain('zhang.wei')
})

test(djbh('8.1.4.11', 'Word: in the header of each page, its signs no markup'), async () => {
  const parts = new Map(await openBook(await writeDocx(blocks, MARK)))
  const header = parts.get('word/header1.xml') ?? ''
  expect(header).toContain('string="张&lt;某&gt;&amp;&quot;（zhang.wei）2026-11-24 09:30:05"')
  expect(parts.get('word/document.xml')).toContain('<w:headerReference w:type="default" r:id="header"/>')
  const plain = new Map(await openBook(await writeDocx(blocks)))
  expect(plain.has('word/header1.xml')).toBe(false)
})

test(asvs('1.2.10', 'Excel: at the head of each printed page, its signs no codes'), async () => {
  const out = new PassThrough()
  const rows = async function* () {
    yield [['a']]
  }
  const sheet = { name: 'x', title: 't', footer: 'f & g', columns: [{ title: 'a', width: 8, kind: 'text' as const }] }
  const [bytes] = await Promise.all([
    buffer(out),
    writeXlsx(out, [
      { ...sheet, rows: rows(), mark: MARK },
      { ...sheet, name: 'y', rows: rows() },
    ]),
  ])
  const parts = new Map(await openBook(bytes))
  const marked = parts.get('xl/worksheets/sheet1.xml') ?? ''
  expect(marked).toContain(
    '<oddHeader>&amp;C&amp;K9A9A9A 张&lt;某&gt;&amp;&amp;"（zhang.wei）2026-11-24 09:30:05</oddHeader>',
  )
  expect(marked).toContain('<oddFooter>&amp;Cf &amp;&amp; g</oddFooter>')
  expect(parts.get('xl/worksheets/sheet2.xml')).not.toContain('oddHeader')
})

test(djbh('8.1.4.11', 'desk: every page that shows people bears the mark, a new page too'), () => {
  for (const path of ['cases', 'cases/c1', 'petitions/board', 'mediations', 'window/filings', 'audit', 'anything-new'])
    expect([path, isMarked(`/desk/${path}`)]).toEqual([path, true])
  for (const path of ['/desk', '/desk/alerts', '/desk/sources/x', '/desk/figures/a', '/login', '/wall'])
    expect([path, isMarked(path)]).toEqual([path, false])
})
