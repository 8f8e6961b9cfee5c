import { buffer } from 'node:stream/consumers'
import type PDFDocument from 'pdfkit'
import type { Align, Block } from './model.ts'
import { fontFor } from './pdf-fonts.ts'

/**
 * A new PDF from blocks and nothing else: no properties, no annotations, no attachments.
 * @param mark who took it away and when, pale across each page; never on what leaves the office for the public
 */
export async function writePdf(blocks: readonly Block[], mark?: string): Promise<Buffer> {
  const { default: Pdf } = await import('pdfkit')
  const doc = new Pdf({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    // 1.3 has no metadata stream.
    pdfVersion: '1.3',
    info: { CreationDate: new Date(0) },
  })
  // The library asks for the date at its end and writes what it can enumerate: nothing.
  doc.info = Object.defineProperty({}, 'CreationDate', { value: new Date(0), enumerable: false })
  const bytes = buffer(doc)
  new Sheet(doc, mark).write(blocks)
  doc.end()
  return bytes
}

const PAGE = { width: 595.28, height: 841.89, left: 79, right: 74, top: 90, bottom: 84 }
const WIDTH = PAGE.width - PAGE.left - PAGE.right
const SIZES: Readonly<Record<string, number>> = { title: 20, heading: 15, body: 14, note: 11, table: 11 }
/** Never at the start of a line (GB/T 15834-2011, 5.1). */
const NOT_FIRST = /^[，。、；：！？）》」』】〉”’％,.;:!?)\]}]/u

class Sheet {
  readonly #doc: typeof PDFDocument.prototype
  readonly #opened = new Set<string>()
  /** Width of a character in parts of the size; kerning is left out. */
  readonly #ems = new Map<string, number>()
  #edges: Block[] = []
  #y = 0
  readonly #mark: string | undefined
  constructor(doc: typeof PDFDocument.prototype, mark?: string) {
    this.#doc = doc
    this.#mark = mark
  }

  write(blocks: readonly Block[]): void {
    this.#edges = blocks.filter(({ style }) => style === 'header' || style === 'footer')
    this.#page()
    for (const block of blocks) {
      if (block.style === 'header' || block.style === 'footer') continue
      if (block.style === 'table') this.#table(block.rows)
      else this.#paragraph(block.text, SIZES[block.style] ?? 14, block.align)
    }
  }

  #page(): void {
    this.#doc.addPage()
    if (this.#mark !== undefined) this.#tile(this.#mark)
    for (const style of ['header', 'footer'] as const) {
      const lines = this.#edges.filter((block) => block.style === style)
      lines.forEach((block, at) => {
        if (block.style === 'table') return
        const y = style === 'header' ? 36 + at * 14 : PAGE.height - 50 + at * 14
        for (const line of this.#lines(block.text, 10, WIDTH).slice(0, 3)) this.#put(line, PAGE.left, y, 10)
      })
    }
    this.#y = PAGE.top
  }

  /** Under the text, so that it hides nothing. */
  #tile(mark: string): void {
    this.#doc
      .save()
      .opacity(0.07)
      .rotate(-24, { origin: [PAGE.width / 2, PAGE.height / 2] })
    for (let y = -100; y < PAGE.height + 200; y += 130)
      for (let x = -150; x < PAGE.width + 150; x += 260) this.#put(mark, x + (y % 260 === 30 ? 130 : 0), y, 12)
    this.#doc.restore()
  }

  #paragraph(text: string, size: number, align: Align): void {
    const height = size * 1.9
    for (const line of this.#lines(text, size, WIDTH)) {
      if (this.#y + height > PAGE.height - PAGE.bottom) this.#page()
      const free = WIDTH - this.#width(line, size)
      const shift = align === 'center' ? free / 2 : align === 'right' ? free : 0
      this.#put(line, PAGE.left + Math.max(0, shift), this.#y, size)
      this.#y += height
    }
  }

  #table(rows: readonly (readonly string[])[]): void {
    const columns = Math.max(1, ...rows.map((row) => row.length))
    const width = WIDTH / columns
    const size = SIZES.table ?? 11
    const step = size * 1.6
    for (const row of rows) {
      const cells = row.map((cell) => this.#lines(cell, size, width - 8))
      const height = Math.max(1, ...cells.map((lines) => lines.length)) * step + 6
      if (this.#y + height > PAGE.height - PAGE.bottom && this.#y > PAGE.top) this.#page()
      cells.forEach((lines, at) => {
        this.#doc
          .rect(PAGE.left + at * width, this.#y, width, height)
          .lineWidth(0.5)
          .stroke('#444444')
        lines.forEach((line, n) => {
          this.#put(line, PAGE.left + at * width + 4, this.#y + 4 + n * step, size)
        })
      })
      this.#y += height
    }
    this.#y += 8
  }

  /** Breaks into lines: words of Latin letters and numbers whole, no stop at the start of a line. */
  #lines(text: string, size: number, width: number): string[] {
    const lines: string[] = []
    for (const hard of text.split('\n')) {
      let line = ''
      let used = 0
      for (const [piece] of hard.matchAll(/[\x21-\x7e]{1,24}|[\s\S]/gu)) {
        const wide = this.#width(piece, size)
        if (used + wide > width && line !== '' && !NOT_FIRST.test(piece)) {
          lines.push(line)
          line = ''
          used = 0
        }
        line += piece
        used += wide
      }
      lines.push(line)
    }
    return lines
  }

  #width(text: string, size: number): number {
    let width = 0
    for (const one of text) {
      let em = this.#ems.get(one)
      if (em === undefined) {
        const [[run, sample] = [one, one]] = runsOf(one)
        em = this.#font(sample).fontSize(1000).widthOfString(run) / 1000
        this.#ems.set(one, em)
      }
      width += em * size
    }
    return width
  }

  #put(text: string, x: number, y: number, size: number): void {
    let at = x
    this.#doc.fillColor('#000000')
    for (const [run, font] of runsOf(text)) {
      this.#font(font).fontSize(size).text(run, at, y, { lineBreak: false, baseline: 'top', features: [] })
      at += this.#width(run, size)
    }
  }

  #font(name: string): typeof PDFDocument.prototype {
    const file = fontFor(name.codePointAt(0) ?? 0)
    if (file && !this.#opened.has(file.name)) {
      this.#doc.registerFont(file.name, file.bytes)
      this.#opened.add(file.name)
    }
    return this.#doc.font(file?.name ?? 'Helvetica')
  }
}

/** Pieces of one font file each, with a character that names it; what no file holds becomes a box. */
function runsOf(text: string): [run: string, sample: string][] {
  const runs: [string, string][] = []
  let last: string | undefined
  for (const one of text) {
    // An indent of full-width blanks stays as wide as it was.
    const shown = one !== '\u3000' && /\s/u.test(one) ? ' ' : fontFor(one.codePointAt(0) ?? 0) ? one : '□'
    const file = fontFor(shown.codePointAt(0) ?? 0)?.name
    const run = runs.at(-1)
    if (run && file === last) run[0] += shown
    else runs.push([shown, shown])
    last = file
  }
  return runs
}
