import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Archive } from './archive.ts'
import { FileRefused } from './limits.ts'

export interface XmlHandlers {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  close?(name: string): void
  text?(text: string): void
}

/** Streams one XML part through handlers; prefixes stripped, no DOCTYPE. @throws FileRefused */
export async function readXmlPart(archive: Archive, part: string, handlers: XmlHandlers): Promise<void> {
  const parser = new SaxesParser()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  parser.on('error', (error) => {
    throw new FileRefused('bad_header', `${part} 不是完整的 XML（${error.message.slice(0, 80)}）`)
  })
  parser.on('doctype', () => {
    throw new FileRefused('active_content', `${part} 带有 DOCTYPE 声明，未读取`)
  })
  if (handlers.open) {
    const { open } = handlers
    parser.on('opentag', (tag: SaxesTagPlain) => open(plain(tag.name), tag.attributes))
  }
  if (handlers.close) {
    const { close } = handlers
    parser.on('closetag', (tag: SaxesTagPlain) => close(plain(tag.name)))
  }
  if (handlers.text) {
    parser.on('text', handlers.text)
    parser.on('cdata', handlers.text)
  }
  await archive.read(part, (piece) => parser.write(decode(decoder, piece, part)))
  parser.write(decode(decoder, undefined, part)).close()
}

const plain = (name: string): string => name.slice(name.indexOf(':') + 1)

function decode(decoder: TextDecoder, piece: Buffer | undefined, part: string): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch {
    throw new FileRefused('undecodable', `${part} 不是 UTF-8`)
  }
}
