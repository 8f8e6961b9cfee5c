import { z } from 'zod'
import { QuarantineReason } from '../quarantine.ts'
import { Severity } from '../severity.ts'
import { route } from './route.ts'

const tag = 'sources'
/** Largest sample; larger files are put into the drop folder as usual. */
export const MAX_SAMPLE_BYTES = 4 * 1024 * 1024

/** A source as sources.yaml would have it; checked by the collectors' own schema. */
const Fragment = z.record(z.string().max(64), z.unknown())

export const DryRunAnswer = z.object({
  /** False: it could not be tried at all; `problem` says why. */
  ok: z.boolean(),
  problem: z.string().nullable(),
  /** The first 50. Persons are hashes, numbers are masked. */
  events: z.array(
    z.object({
      type: z.string(),
      object: z.string().nullable(),
      observedAt: z.string(),
      severity: Severity.nullable(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  eventCount: z.int(),
  types: z.record(z.string(), z.int()),
  refusals: z.array(z.object({ reason: QuarantineReason, detail: z.string(), excerpt: z.string() })),
  refusalCount: z.int(),
  /** Understood and, by the dialect, not kept. */
  dropped: z.int(),
  mapped: z.array(z.string()),
  /** Columns or keys of the sample that nothing takes. */
  unmapped: z.array(z.string()),
  notes: z.array(z.string()),
})
export type DryRunAnswer = z.infer<typeof DryRunAnswer>

/** One input of the form, generated from the schema of the kind; `words` are what a choice shows. */
const leaf = {
  key: z.string(),
  label: z.string(),
  required: z.boolean(),
  /** What holds when it is left empty. */
  fallback: z.unknown(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  choices: z.array(z.object({ value: z.union([z.string(), z.number()]), word: z.string() })),
}
/** `texts`: a list, one a line. `pairs`: `key=value`, one a line. `secret`: `{file}` or `{env}`. `free`: JSON. */
export const LEAF_TYPES = ['text', 'number', 'switch', 'choice', 'secret', 'texts', 'pairs', 'free'] as const
export const FormLeaf = z.object({ ...leaf, type: z.enum(LEAF_TYPES) })
export type FormLeaf = z.infer<typeof FormLeaf>
/** `group`: an object that may be left out as a whole; `rows`: a list of such objects. */
export const FormField = z.object({
  ...leaf,
  type: z.enum([...LEAF_TYPES, 'group', 'rows']),
  fields: z.array(FormLeaf),
})
export type FormField = z.infer<typeof FormField>

export const SourceOptions = z.object({
  /** `sample`: must be tried with a sample before it is live; the others may be, and need their device anyway. */
  kinds: z.array(
    z.object({
      kind: z.string(),
      label: z.string(),
      domain: z.string(),
      sample: z.boolean(),
      /** Chinese: what to paste or upload as a sample. */
      hint: z.string(),
      /** Dialects that this way can carry. */
      profiles: z.array(z.string()),
      fields: z.array(FormField),
      template: Fragment,
    }),
  ),
  profiles: z.array(z.object({ id: z.string(), kind: z.string(), version: z.int(), basis: z.string() })),
})
export type SourceOptions = z.infer<typeof SourceOptions>

export const sourceOptions = route({
  id: 'sourceOptions',
  method: 'GET',
  path: '/source-wizard',
  summary: '新增来源：可选的接入方式与方言',
  tag,
  permission: 'sources.write',
  answer: SourceOptions,
})

export const tryChecked = route({
  id: 'trySource',
  method: 'POST',
  path: '/source-wizard/dry-run',
  summary: '新增来源：用样本试解析，不入库、不告警',
  tag,
  permission: 'sources.write',
  body: z.object({ source: Fragment, sample: z.base64(), name: z.string().max(200) }),
  answer: DryRunAnswer,
  maxBytes: 6 * 1024 * 1024,
})

export const addSource = route({
  id: 'addSource',
  method: 'POST',
  path: '/source-wizard',
  summary: '新增来源：写入 sources.d 并启用',
  tag,
  permission: 'sources.write',
  body: z.object({ source: Fragment }),
  status: 201,
  answer: z.object({ id: z.string(), file: z.string(), yaml: z.string(), activated: z.boolean(), next: z.string() }),
})

export const confirmVanished = route({
  id: 'confirmVanished',
  method: 'POST',
  path: '/sources/{id}/confirm-vanished',
  summary: '确认一个案件视图确实少了这些在办案件，下次轮询按此处理',
  tag,
  permission: 'sources.write',
  params: z.object({ id: z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/) }),
  /** `vanished`: the number that was shown; if more is gone by then, it is held again. */
  body: z.object({ vanished: z.int().min(1).max(1_000_000), reason: z.string().trim().min(2).max(200) }),
  answer: z.object({ id: z.string() }),
})

export const cancelImport = route({
  id: 'cancelImport',
  method: 'POST',
  path: '/sources/{id}/cancel-import',
  summary: '停止一个来源正在进行的导入；已处理的保留',
  tag,
  permission: 'sources.write',
  params: z.object({ id: z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/) }),
  answer: z.object({ id: z.string() }),
})
