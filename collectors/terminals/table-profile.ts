import { z } from 'zod'

const words = z.array(z.string().min(1)).min(1)

export const PATCH_FIELDS = ['host', 'ip', 'mac', 'dept', 'patch', 'level', 'status', 'published'] as const
export const HARDWARE_FIELDS = [
  'host',
  'ip',
  'mac',
  'dept',
  'cpu',
  'memory',
  'disk',
  'board',
  'serial',
  'os',
  'seen',
] as const
export type PatchField = (typeof PATCH_FIELDS)[number]
export type HardwareField = (typeof HARDWARE_FIELDS)[number]

/** Lists exported from a console: which column is what, which patches count, which words mean installed. */
export const TableProfile = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: z.literal('terminal-table'),
  basis: z.string(),
  zone: z.string(),
  /** Part of the event id, so it never changes. */
  device: z.string().min(1),
  footWords: words,
  patches: z.strictObject({
    fields: z.partialRecord(z.enum(PATCH_FIELDS), words),
    /** Only these levels are reported; without a level column all are. */
    high: words,
    installed: words,
    /** Share of the terminals known to miss something that may vanish at once before a person has to confirm. */
    maxVanish: z.number().min(0).max(1),
  }),
  hardware: z.strictObject({ fields: z.partialRecord(z.enum(HARDWARE_FIELDS), words) }),
})
export type TableProfile = z.output<typeof TableProfile>
