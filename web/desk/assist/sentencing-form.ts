import type { z } from 'zod'
import { SentencingInput } from '../../../contract/http/assist.ts'

/** What the form holds: as the call wants it, half filled in while somebody writes. */
export type SentencingForm = Required<z.input<typeof SentencingInput>>

export const empty = (): SentencingForm => ({
  crime: '盗窃罪',
  startMonths: 12,
  increments: [],
  layer1: [],
  layer2: [],
  statutory: { min: 1, max: 36 },
  mitigated: false,
})

/** Both of domain.md G.1. */
export const EXAMPLES: Readonly<Record<string, SentencingForm>> = {
  '盗窃六万元、累犯、认罪认罚': {
    ...empty(),
    startMonths: 36,
    increments: [{ reason: '超出巨大起点一万元', months: 2 }],
    layer2: [
      { factor: '累犯', percent: 20 },
      { factor: '认罪认罚（坦白、退赃）', percent: -40 },
    ],
    statutory: { min: 36, max: 120 },
  },
  未成年人轻伤害: {
    ...empty(),
    crime: '故意伤害罪',
    increments: [{ reason: '另致一人轻微伤', months: 2 }],
    layer1: [{ factor: '未成年（16–18 周岁）', percent: -30 }],
    layer2: [{ factor: '认罪认罚（自首、赔偿谅解）', percent: -50 }],
  },
}

export const signed = (percent: number): string => `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)}%`

/** The whole reckoning stands in the address: a link shows a colleague the same one. */
export const toAddress = (form: SentencingForm): string => JSON.stringify(form)

export function fromAddress(text: unknown): SentencingForm | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const parsed = SentencingInput.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
