import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { textOf } from './flat.ts'
import { type Block, DocumentRefused, type Extract, LIMITS } from './model.ts'

interface Line {
  text: string
  right: number
  size: number
}
interface Item {
  str?: string
  hasEOL?: boolean
  width?: number
  height?: number
  transform?: number[]
}

const BROKEN = 'PDF 不完整或已损坏，请重新生成'

/** Text of a PDF by pdf.js. A scan without a text layer is refused. @throws DocumentRefused */
export async function readPdf(bytes: Uint8Array): Promise<Extract> {
  const { pages, annotated } = await pagesOf(bytes)
  const blocks = paragraphsOf(pages.flat())
  if (blocks.every((block) => block.style !== 'table' && block.text.trim() === ''))
    throw new DocumentRefused('PDF 中没有可读的文字（可能是扫描件），请先识别文字')
  const warnings = ['PDF 中的图片与印章不带入副本']
  return { blocks, warnings: annotated ? ['含批注或链接：不带入副本', ...warnings] : warnings }
}

/** Text of each page; a page without a text layer is empty. @throws DocumentRefused */
export async function readPdfPages(bytes: Uint8Array): Promise<string[]> {
  const { pages } = await pagesOf(bytes)
  return pages.map((lines) => textOf({ blocks: paragraphsOf(lines) }).trimEnd())
}

async function pagesOf(bytes: Uint8Array): Promise<{ pages: Line[][]; annotated: boolean }> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const home = dirname(dirname(dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs')))))
  const task = getDocument({
    data: new Uint8Array(bytes),
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    cMapUrl: `${join(home, 'cmaps')}/`,
    cMapPacked: true,
    standardFontDataUrl: `${join(home, 'standard_fonts')}/`,
    verbosity: VerbosityLevel.ERRORS,
  })
  const pdf = await task.promise.catch((error: Error) => {
    throw new DocumentRefused(/password/i.test(error.name + error.message) ? 'PDF 已加密，请去除密码后再上传' : BROKEN)
  })
  try {
    if (pdf.numPages > LIMITS.pages) throw new DocumentRefused(`PDF 有 ${pdf.numPages} 页，超过 ${LIMITS.pages} 页`)
    const pages: Line[][] = []
    let annotated = false
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number)
      const { items } = await page.getTextContent({ includeMarkedContent: false })
      pages.push(linesOf(items as Item[]))
      if ((await page.getAnnotations()).length > 0) annotated = true
      page.cleanup()
    }
    return { pages, annotated }
  } catch (error) {
    throw error instanceof DocumentRefused ? error : new DocumentRefused(BROKEN)
  } finally {
    await task.destroy()
  }
}

function linesOf(items: readonly Item[]): Line[] {
  const lines: Line[] = []
  let line: Line = { text: '', right: 0, size: 0 }
  let before: { y: number; right: number } | undefined
  const end = () => {
    if (line.text.trim() !== '') lines.push({ ...line, text: line.text.trimEnd() })
    line = { text: '', right: 0, size: 0 }
  }
  for (const { str = '', hasEOL, width = 0, height = 0, transform = [] } of items) {
    const [, , , , x = 0, y = 0] = transform
    if (before && str !== '' && Math.abs(before.y - y) > Math.max(2, height / 2)) end()
    line.text += str
    if (str !== '') {
      line.right = Math.max(line.right, x + width)
      line.size = Math.max(line.size, height)
      before = { y, right: x + width }
    }
    if (hasEOL) end()
  }
  end()
  return lines
}

/** A full line that ends in no stop goes on in the next one. */
function paragraphsOf(lines: readonly Line[]): Block[] {
  const margin = Math.max(0, ...lines.map(({ right }) => right))
  const blocks: Block[] = []
  let open = ''
  for (const [at, { text, right, size }] of lines.entries()) {
    open += text
    const full = right > margin - size * 1.5 && at < lines.length - 1 && !/[。：:；]$/.test(text)
    if (full) continue
    blocks.push({ style: 'body', align: 'left', text: open })
    open = ''
  }
  if (open !== '') blocks.push({ style: 'body', align: 'left', text: open })
  return blocks
}
