import { chanceOf } from '../../../collectors/office/random.ts'
import type { FileFormat } from '../../../contract/http/disclosure.ts'
import { fileOf } from './files.ts'
import { type Story, storyOf } from './story.ts'
import { trapped } from './traps.ts'

export interface CorpusDocument {
  name: string
  format: FileFormat
  story: Story
  bytes(): Promise<Buffer>
}

/** A seeded corpus: the same number gives the same document. Half docx, a third text, the rest PDF. */
export function corpusDocument(number: number, often = 0.35): CorpusDocument {
  const chance = chanceOf(`disclosure/${number}`)
  const format = chance.weighted<FileFormat>([
    [50, 'docx'],
    [35, 'txt'],
    [15, 'pdf'],
  ])
  const plain = storyOf(chance)
  const trap = chance.branch('traps')
  const story: Story = {
    ...plain,
    header: trapped(plain.header, trap, often),
    body: plain.body.map((line) => trapped(line, trap, often)),
    table: plain.table.map((row) => row.map((cell) => trapped(cell, trap, often))),
    footnotes: plain.footnotes.map((line) => trapped(line, trap, often)),
  }
  return { name: `文书${number}.${format}`, format, story, bytes: () => fileOf(story, format, chance.branch('file')) }
}
