import { describe, expect, it } from 'vitest'
import { makeCopy } from '../../server/disclosure/copy.ts'
import { textOf as flatText } from '../../server/disclosure/files/flat.ts'
import { readFile } from '../../server/disclosure/files/read.ts'
import { reread } from '../../server/disclosure/files/reread.ts'
import { leftoversOf } from '../../server/disclosure/leftovers.ts'
import { redact } from '../../server/disclosure/redact/engine.ts'
import { textOf } from './corpus/files.ts'
import { corpusDocument } from './corpus/index.ts'
import { emptyTally, leaksOf, tally } from './corpus/judge.ts'
import { rules } from './rules.ts'

describe('a thousand documents as text', () => {
  const all = emptyTally()
  const leaks: string[] = []
  for (let number = 0; number < 1000; number++) {
    const { story } = corpusDocument(number)
    const { text, replacements } = redact(rules, {
      text: textOf(story),
      parties: story.parties,
      documentKind: story.kind,
    })
    leaks.push(...leaksOf(story, text).map((leak) => `${number} ${leak}`))
    for (const { name, role } of story.parties)
      if (role === 'defendant' && rules.keepNames[story.kind]?.includes('defendant') && !text.includes(name))
        if (textOf(story).includes(name)) leaks.push(`${number} the defendant's name is gone`)
    for (const official of story.staff) if (!text.includes(official)) leaks.push(`${number} ${official} is gone`)
    tally(story, replacements, all)
  }

  it('show no party name, no ID, no phone and no card number; officials stay', () => {
    expect(leaks).toEqual([])
  })

  it('lose at most 1 % of what is no secret', () => {
    expect(all.tokens).toBeGreaterThan(300_000)
    expect(all.lost / all.tokens).toBeLessThan(0.01)
  })

  it.each(['name', 'id-card', 'phone', 'bank-card'])('hide every %s', (kind) => {
    const score = all.kinds.get(kind)
    expect(score?.secrets).toBeGreaterThan(1000)
    expect(score?.hidden).toBe(score?.secrets)
  })
})

describe('documents as files', () => {
  it.each(Array.from({ length: 12 }, (_, part) => part))(
    'part %i: the copy shows nothing, in any part, to another parser',
    async (part) => {
      for (let number = part * 10; number < part * 10 + 10; number++) {
        const { story, format, bytes } = corpusDocument(number)
        const about = { parties: story.parties, documentKind: story.kind }
        const extract = await readFile(await bytes(), format)
        // What an editor shows must have been read: nothing of the story may be lost on the way in.
        for (const { name } of story.parties.slice(0, 2))
          if (bare(textOf(story)).includes(bare(name))) expect(bare(flatText(extract))).toContain(bare(name))
        const wanted = format === 'pdf' ? 'pdf' : 'docx'
        const copy = await makeCopy(
          extract.blocks,
          redact(rules, { text: flatText(extract), ...about }).replacements,
          wanted,
        )
        const second = await reread(copy, wanted)
        expect(leftoversOf(rules, second, about), `${number}`).toEqual([])
        const shown = second.parts.map(({ text }) => text).join('\n')
        expect(leaksOf(story, shown), `${number}`).toEqual([])
        expect(leaksOf(story, flatText(await readFile(copy, wanted))), `${number}`).toEqual([])
      }
    },
  )
})

const bare = (text: string): string => text.replaceAll(/[\s\u200b·]/g, '')
