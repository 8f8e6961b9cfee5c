import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../commands/product.ts'

export const GUIDE = join(ROOT, 'docs/guide')
export const PICTURES = join(GUIDE, 'pictures')

/** `<!-- page role="…" path="…" picture="…" wait="…" -->`: what follows is about that page, as that role sees it. */
export interface GuidePage {
  file: string
  role: string
  path: string
  /** Name of its picture, when it has one. */
  picture?: string
  /** Words that stand on the page: everything between 「 and 」 until the next directive. */
  words: string[]
}

/** A fence ```` ```sh example ````: runs as it stands; each line of the `text contains` fence after it is in what it says. */
export interface GuideExample {
  file: string
  line: number
  script: string
  contains: string[]
}

export interface GuideFile {
  name: string
  text: string
  pages: GuidePage[]
  examples: GuideExample[]
  /** Targets of links and pictures, without those on the web. */
  links: string[]
}

const DIRECTIVE = /<!-- page (.*?)-->|<!-- \/page -->/g
const ATTRIBUTE = /(\w+)="([^"]*)"/g
const WORD = /「([^」]+)」/g
const LINK = /!?\[[^\]]*\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g

export function readGuide(): GuideFile[] {
  return readdirSync(GUIDE)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => parseGuide(name, readFileSync(join(GUIDE, name), 'utf8')))
}

export function parseGuide(name: string, text: string): GuideFile {
  return {
    name,
    text,
    pages: pagesOf(name, text),
    examples: examplesOf(name, text),
    links: [...text.matchAll(LINK)].map((match) => match[1] ?? ''),
  }
}

function pagesOf(file: string, text: string): GuidePage[] {
  const marks = [...text.matchAll(DIRECTIVE)]
  return marks.flatMap((mark, n) => {
    if (mark[1] === undefined) return []
    const said = Object.fromEntries([...mark[1].matchAll(ATTRIBUTE)].map(([, key, value]) => [key, value]))
    const part = text.slice((mark.index ?? 0) + mark[0].length, marks[n + 1]?.index ?? text.length)
    const words = [...new Set([...part.matchAll(WORD)].map((match) => match[1] ?? ''))]
    return [{ file, role: said.role ?? '', path: said.path ?? '', picture: said.picture, words }]
  })
}

function examplesOf(file: string, text: string): GuideExample[] {
  const examples: GuideExample[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const kind = /^```(sh example|text contains)$/.exec(lines[at] ?? '')?.[1]
    if (!kind) continue
    const end = lines.indexOf('```', at + 1)
    const body = lines.slice(at + 1, end)
    if (kind === 'sh example') examples.push({ file, line: at + 1, script: body.join('\n'), contains: [] })
    else examples.at(-1)?.contains.push(...body.filter((line) => line.trim() !== ''))
    at = end
  }
  return examples
}
