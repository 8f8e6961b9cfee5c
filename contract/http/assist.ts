import { z } from 'zod'
import { route } from './route.ts'

/** Assisted handling: every answer is a proposal with its reckoning; a person decides. */
const tag = 'assist'
const months = z.number().min(0).max(600).multipleOf(0.01, '最多两位小数')
const percent = z.number().min(-100).max(100).multipleOf(0.01, '最多两位小数')
const Factor = z.object({ factor: z.string().trim().min(1, '请写明情节').max(100), percent })

export const SentencingInput = z
  .object({
    crime: z.string().trim().min(1).max(100),
    /** 量刑起点. */
    startMonths: months.min(0.01, '量刑起点须大于 0'),
    increments: z
      .array(z.object({ reason: z.string().trim().min(1).max(200), months: months }))
      .max(50)
      .default([]),
    /** Multiplied one after another. */
    layer1: z.array(Factor).max(30).default([]),
    /** Added up. */
    layer2: z.array(Factor).max(30).default([]),
    /** 法定刑, months. */
    statutory: z.object({ min: months, max: months }),
    /** 有减轻处罚情节. */
    mitigated: z.boolean().default(false),
  })
  .refine(({ statutory }) => statutory.min <= statutory.max, { path: ['statutory'], message: '法定最低刑高于最高刑' })
export type SentencingInput = z.infer<typeof SentencingInput>

export const SentencingLine = z.object({
  step: z.enum(['start', 'increment', 'layer1', 'layer2', 'bound', 'round']),
  what: z.string(),
  percent: z.number().nullable(),
  /** What this line adds or takes, months; all of them add up to `final`. */
  months: z.number(),
  /** Where it then stands. */
  total: z.number(),
})
export const SentencingAnswer = z.object({
  baseline: z.number(),
  afterLayer1: z.number(),
  /** Two decimals, before floor, ceiling and rounding. */
  result: z.number(),
  /** Whole months. */
  final: z.int(),
  ledger: z.array(SentencingLine),
  warnings: z.array(z.string()),
  ruleVersion: z.string(),
  legalBasis: z.string(),
})
export type SentencingAnswer = z.infer<typeof SentencingAnswer>

export const EntityType = z.enum([
  'person',
  'id-number',
  'organisation',
  'time',
  'place',
  'amount',
  'charge',
  'law-article',
  'circumstance',
  'injury-grade',
  'drug',
  'alcohol',
  'document-number',
  'case-number',
  'coercive-measure',
  'evidence',
  'plate',
  'bank-card',
  'phone',
])
export type EntityType = z.infer<typeof EntityType>
export const Entity = z.object({
  type: EntityType,
  text: z.string(),
  /** Half-open, in UTF-16 units. */
  start: z.int(),
  end: z.int(),
  confidence: z.number().min(0).max(1),
})
export type Entity = z.infer<typeof Entity>

export const assistRoutes = {
  entities: route({
    id: 'findEntities',
    method: 'POST',
    path: '/assist/entities',
    tag,
    permission: 'assist.entities',
    maxBytes: 4 * 1024 * 1024,
    summary: '从案件材料中找出人员、时间、金额、罪名等要素，每项带位置与把握程度',
    body: z.object({ text: z.string().max(1_000_000, '一次最多一百万字') }),
    answer: z.object({ entities: z.array(Entity) }),
  }),
  sentencing: route({
    id: 'sentencing',
    method: 'POST',
    path: '/assist/sentencing',
    tag,
    permission: 'assist.sentencing',
    summary: '量刑建议试算：逐步列出账目，仅供参考，由检察官决定',
    body: SentencingInput,
    answer: SentencingAnswer,
  }),
  factors: route({
    id: 'sentencingFactors',
    method: 'GET',
    path: '/assist/sentencing/factors',
    tag,
    permission: 'assist.sentencing',
    summary: '量刑情节与幅度，可按省实施细则修改',
    answer: z.object({
      ruleVersion: z.string(),
      legalBasis: z.string(),
      factors: z.array(
        z.object({
          name: z.string(),
          layer: z.union([z.literal(1), z.literal(2)]),
          min: z.number(),
          max: z.number(),
          note: z.string(),
        }),
      ),
    }),
  }),
}
