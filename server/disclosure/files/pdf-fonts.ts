import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sfntOf } from './woff.ts'

/** Noto Sans SC as it ships with the pages: a hundred files by range of characters; a copy embeds what it uses. */
export interface FontFile {
  name: string
  bytes: Buffer
}
let ranges: { from: number; to: number; file: string }[] | undefined
const files = new Map<string, FontFile>()
const home = (): string => dirname(fileURLToPath(import.meta.resolve('@fontsource/noto-sans-sc/package.json')))

function rangesOf(): { from: number; to: number; file: string }[] {
  if (ranges) return ranges
  const table = JSON.parse(readFileSync(join(home(), 'unicode.json'), 'utf8')) as Record<string, string>
  // Latin last in the file, first here: digits and letters of one face.
  ranges = Object.entries(table)
    .reverse()
    .flatMap(([key, list]) =>
      list.split(',').map((range) => {
        const [from = '', to = from] = range.replace('U+', '').split('-')
        return { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), file: key.replaceAll(/[[\]]/g, '') }
      }),
    )
  return ranges
}

const chosen = new Map<number, string | null>()
/** Which file holds a character; undefined when none does. */
export function fontFor(code: number): FontFile | undefined {
  let name = chosen.get(code)
  if (name === undefined) {
    name = rangesOf().find(({ from, to }) => from <= code && code <= to)?.file ?? null
    chosen.set(code, name)
  }
  if (name === null) return undefined
  let file = files.get(name)
  if (!file) {
    file = { name, bytes: sfntOf(readFileSync(join(home(), 'files', `noto-sans-sc-${name}-400-normal.woff`))) }
    files.set(name, file)
  }
  return file
}
