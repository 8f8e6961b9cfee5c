import { type Block, DocumentRefused, type Extract } from './model.ts'

/** UTF-8 or UTF-16 by its mark, else UTF-8, else GB 18030. @throws DocumentRefused */
export function readText(bytes: Uint8Array): Extract {
  const text = decode(bytes)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what no text holds
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) throw new DocumentRefused('不是文本文件')
  const blocks = text
    .replaceAll(/\r\n?/g, '\n')
    .replace(/\n+$/, '')
    .split('\n')
    .map((line): Block => ({ style: 'body', align: 'left', text: line }))
  return { blocks, warnings: [] }
}

function decode(bytes: Uint8Array): string {
  const [a, b] = bytes
  const label = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return gb18030(bytes)
  }
}
function gb18030(bytes: Uint8Array): string {
  try {
    return new TextDecoder('gb18030', { fatal: true }).decode(bytes)
  } catch {
    throw new DocumentRefused('文本的编码无法识别，请另存为 UTF-8')
  }
}
