import { loadConfig } from '../../config/load.ts'
import { makeCopy } from '../../server/disclosure/copy.ts'
import { textOf as flatText } from '../../server/disclosure/files/flat.ts'
import { readFile } from '../../server/disclosure/files/read.ts'
import { reread } from '../../server/disclosure/files/reread.ts'
import { leftoversOf } from '../../server/disclosure/leftovers.ts'
import { redact } from '../../server/disclosure/redact/engine.ts'
import { textOf } from '../disclosure/corpus/files.ts'
import { type CorpusDocument, corpusDocument } from '../disclosure/corpus/index.ts'
import { emptyTally, leaksOf, tally } from '../disclosure/corpus/judge.ts'
import { type Benchmark, median, type Row, row } from './row.ts'

const DOCUMENTS = 1000
const ROUNDS = 5

/** Processor seconds: what others do on the machine is not ours. */
const seconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What somebody writes in an afternoon: names and three numbers, one regular expression each. */
function bare(text: string, names: readonly string[]): string {
  let out = text
  for (const name of names) out = out.replaceAll(name, `${name.slice(0, 1)}某`)
  return out
    .replaceAll(/\d{17}[\dXx]/g, '***')
    .replaceAll(/1[3-9]\d{9}/g, '***')
    .replaceAll(/\d{16,19}/g, '***')
}

async function run(): Promise<Row[]> {
  const rules = loadConfig('config').redaction
  const corpus = Array.from({ length: DOCUMENTS }, (_, number) => corpusDocument(number))
  return [...speed(rules, corpus), ...quality(rules, corpus), await files(rules, corpus)]
}

type Rules = ReturnType<typeof loadConfig>['redaction']

function speed(rules: Rules, corpus: readonly CorpusDocument[]): Row[] {
  const inputs = corpus.map(({ story }) => ({ text: textOf(story), parties: story.parties, documentKind: story.kind }))
  const megabytes = inputs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1e6
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    let before = seconds()
    for (const input of inputs) redact(rules, input)
    ours.push(megabytes / (seconds() - before))
    before = seconds()
    for (const { text, parties } of inputs)
      bare(
        text,
        parties.map(({ name }) => name),
      )
    theirs.push(megabytes / (seconds() - before))
  }
  const missed = corpus.filter(({ story }) => {
    const names = story.parties.map(({ name }) => name)
    return leaksOf(story, bare(textOf(story), names)).length > 0
  }).length
  const leaking = corpus.filter(({ story }) => {
    const { text } = redact(rules, { text: textOf(story), parties: story.parties, documentKind: story.kind })
    return leaksOf(story, text).length > 0
  }).length
  const details = { documents: DOCUMENTS, megabytes, 'bare regex pass MB/s': median(theirs) }
  return [
    row({
      case: 'text redacted',
      unit: 'MB per processor second',
      product: median(ours),
      baseline: null,
      target: '>= 1',
      details,
    }),
    row({
      case: 'documents that still show a name or number (bare pass: see details)',
      unit: '',
      product: leaking,
      baseline: null,
      target: '<= 0',
      details: { documents: DOCUMENTS, 'leaking after the bare pass': missed },
    }),
  ]
}

function quality(rules: Rules, corpus: readonly CorpusDocument[]): Row[] {
  const all = emptyTally()
  for (const { story } of corpus) {
    const input = { text: textOf(story), parties: story.parties, documentKind: story.kind }
    tally(story, redact(rules, input).replacements, all)
  }
  const zero = new Set(['name', 'id-card', 'phone', 'bank-card'])
  return [
    row({
      case: 'false masks',
      unit: '% of tokens',
      product: (all.lost / all.tokens) * 100,
      baseline: null,
      target: '<= 1',
      details: { tokens: all.tokens, lost: all.lost },
    }),
    ...[...all.kinds].map(([kind, { secrets, hidden, masks, right }]) =>
      row({
        case: `recall of ${kind}`,
        unit: '',
        product: secrets === 0 ? 1 : hidden / secrets,
        baseline: null,
        target: `>= ${zero.has(kind) ? 1 : 0.97}`,
        details: { precision: masks === 0 ? 1 : right / masks, secrets, masks },
      }),
    ),
  ]
}

/** Every document as a file: in, redacted, out as a copy, read again by other means. */
async function files(rules: Rules, corpus: readonly CorpusDocument[]): Promise<Row> {
  const counts: Record<string, number> = { docx: 0, pdf: 0, txt: 0 }
  let left = 0
  for (const { story, format, bytes } of corpus) {
    const about = { parties: story.parties, documentKind: story.kind }
    const extract = await readFile(await bytes(), format)
    const wanted = format === 'pdf' ? 'pdf' : 'docx'
    const { replacements } = redact(rules, { text: flatText(extract), ...about })
    const second = await reread(await makeCopy(extract.blocks, replacements, wanted), wanted)
    const shown = second.parts.map(({ text }) => text).join('\n')
    if (leftoversOf(rules, second, about).length > 0 || leaksOf(story, shown).length > 0) left++
    counts[format] = (counts[format] ?? 0) + 1
  }
  return row({
    case: 'exported files with anything left over',
    unit: '',
    product: left,
    baseline: null,
    target: '<= 0',
    details: { documents: corpus.length, ...counts },
  })
}

export const benchmark: Benchmark = { name: 'redaction', run }
