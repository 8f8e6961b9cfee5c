import { z } from 'zod'

/** One file of templates/: a paper with named fields in double braces. */
export const DraftTemplate = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]{1,40}$/),
  name: z.string().min(1).max(60),
  version: z.string().min(1).max(20),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  /** Lines: `# title`, `## heading`, `>> to the right`, else a paragraph. */
  text: z
    .string()
    .min(1)
    .max(40_000)
    .refine((text) => braces(text), '花括号不成对，或栏目名为空、过长（40 字以内）'),
})
export type DraftTemplate = z.output<typeof DraftTemplate>

const braces = (text: string): boolean => !/\{\{|\}\}/.test(text.replaceAll(/\{\{[^{}\n]{1,40}\}\}/g, ''))
