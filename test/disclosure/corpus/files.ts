import type { Chance } from '../../../collectors/office/random.ts'
import type { FileFormat } from '../../../contract/http/disclosure.ts'
import type { Block } from '../../../server/disclosure/files/model.ts'
import { writePdf } from '../../../server/disclosure/files/pdf-write.ts'
import type { Line, Story } from './story.ts'

/** A story as a file, names and numbers in every corner that a format has. */
export async function fileOf(story: Story, format: FileFormat, chance: Chance): Promise<Buffer> {
  if (format === 'docx') return docxOf(story, chance)
  return format === 'pdf' ? writePdf(blocksOf(story)) : Buffer.from(textOf(story))
}

const plain = (line: Line): string => line.map(({ text }) => text).join('')
export const linesOf = (story: Story): Line[] => [
  story.header,
  [{ text: story.title }],
  ...story.body,
  ...story.table.map((row) => row.flatMap((cell, at) => (at === 0 ? cell : [{ text: '\t' }, ...cell]))),
  ...story.footnotes,
]
export const textOf = (story: Story): string => linesOf(story).map(plain).join('\n')

const blocksOf = (story: Story): Block[] => [
  { style: 'header', align: 'left', text: plain(story.header) },
  { style: 'title', align: 'center', text: story.title },
  ...story.body.map((line): Block => ({ style: 'body', align: 'left', text: plain(line) })),
  { style: 'table', rows: story.table.map((row) => row.map(plain)) },
  ...story.footnotes.map((line): Block => ({ style: 'note', align: 'left', text: plain(line) })),
]

/** Another library than ours writes it: runs cut anywhere, comments, revisions, hidden text, properties. */
async function docxOf(story: Story, chance: Chance): Promise<Buffer> {
  const d = await import('docx')
  const [first = '', second = '', third = ''] = story.corners
  const runs = (line: Line) =>
    line.flatMap(({ text, kind }) =>
      (kind ? pieces(text, chance) : [text]).flatMap((piece) =>
        piece.split('\n').map((part, at) => new d.TextRun(at === 0 ? { text: part } : { text: part, break: 1 })),
      ),
    )
  const revision = { id: 1, author: first, date: '2026-01-01T00:00:00Z' }
  const document = new d.Document({
    creator: first,
    title: second,
    description: third,
    lastModifiedBy: first,
    keywords: second,
    comments: { children: [{ id: 0, author: first, date: new Date(0), children: [new d.Paragraph(second)] }] },
    footnotes: { 1: { children: story.footnotes.map((line) => new d.Paragraph({ children: runs(line) })) } },
    sections: [
      {
        headers: { default: new d.Header({ children: [new d.Paragraph({ children: runs(story.header) })] }) },
        children: [
          new d.Paragraph({ heading: d.HeadingLevel.TITLE, children: [new d.TextRun(story.title)] }),
          ...story.body.map((line) => new d.Paragraph({ children: runs(line) })),
          new d.Paragraph({
            children: [
              new d.TextRun({ text: second, vanish: true }),
              new d.DeletedTextRun({ ...revision, text: second }),
              new d.InsertedTextRun({ ...revision, text: '附：证据目录一份。' }),
              new d.CommentRangeStart(0),
              new d.FootnoteReferenceRun(1),
              new d.CommentRangeEnd(0),
              new d.TextRun({ children: [new d.CommentReference(0)] }),
            ],
          }),
          new d.Table({
            rows: story.table.map(
              (row) =>
                new d.TableRow({
                  children: row.map(
                    (cell) => new d.TableCell({ children: [new d.Paragraph({ children: runs(cell) })] }),
                  ),
                }),
            ),
          }),
        ],
      },
    ],
  })
  return d.Packer.toBuffer(document)
}

/** Cut anywhere, as an editor does when somebody types into the middle of a word. */
function pieces(text: string, chance: Chance): string[] {
  if (text.length < 2 || chance.hit(0.3)) return [text]
  const at = chance.int(1, text.length - 1)
  return [text.slice(0, at), ...pieces(text.slice(at), chance)]
}
