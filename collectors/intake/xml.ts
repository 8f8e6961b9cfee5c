import { SaxesParser } from 'saxes'

/** An XML document as nested objects of texts; repeated elements become arrays. Attributes are not kept. */
export interface XmlNode {
  [name: string]: string | XmlNode | (string | XmlNode)[]
}
export type XmlResult =
  | { ok: true; root: string; value: string | XmlNode }
  | { ok: false; why: 'doctype' | 'malformed' }

const MAX_DEPTH = 32
const MAX_ELEMENTS = 20_000

interface Open {
  name: string
  text: string
  children: XmlNode | undefined
}

/** Strict and small: no DOCTYPE (no entities of its own), bounded depth and size, prefixes stripped. Never throws. */
export function readXml(text: string): XmlResult {
  const stack: Open[] = []
  let result: XmlResult = { ok: false, why: 'malformed' }
  let elements = 0
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new DoctypeError()
  })
  parser.on('opentag', ({ name }) => {
    if (++elements > MAX_ELEMENTS || stack.length >= MAX_DEPTH) throw new Error('too large')
    stack.push({ name: name.replace(/^.*:/, ''), text: '', children: undefined })
  })
  const addText = (part: string) => {
    const top = stack.at(-1)
    if (top) top.text += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const closed = stack.pop()
    if (!closed) return
    const value = closed.children ?? closed.text.trim()
    const parent = stack.at(-1)
    if (parent) addChild(parent, closed.name, value)
    else result = { ok: true, root: closed.name, value }
  })
  try {
    parser.write(text).close()
    return result
  } catch (error) {
    return { ok: false, why: error instanceof DoctypeError ? 'doctype' : 'malformed' }
  }
}

class DoctypeError extends Error {}

function addChild(parent: Open, name: string, value: string | XmlNode): void {
  parent.children ??= Object.create(null) as XmlNode
  const before = parent.children[name]
  parent.children[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
}
