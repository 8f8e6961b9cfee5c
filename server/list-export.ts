import type { z } from 'zod'
import { officeTime } from '../config/zone.ts'
import { type ExportAsk, type ExportCell, type ExportColumn, type Exporter, exporter } from './feature.ts'

/** A list as a file: pages come from the very function that answers the list's route, so numbers and scope are the same. */
export interface ListColumn<Item> extends ExportColumn {
  of(item: Item): ExportCell
}
export interface ListExport<Schema extends z.ZodType, Item> {
  kind: string
  title: string
  permission: string
  filters: Schema
  columns: readonly ListColumn<Item>[]
  describe(ask: ExportAsk<z.output<Schema>>): readonly { label: string; text: string }[]
  page(
    ask: ExportAsk<z.output<Schema>>,
    from: { cursor?: string | undefined; limit: number },
  ): Promise<{ items: readonly Item[]; cursor: string | null }>
}

const PAGE = 500

export const listExporter = <Schema extends z.ZodType, Item>({
  columns,
  page,
  ...spec
}: ListExport<Schema, Item>): Exporter =>
  exporter<Schema>({
    ...spec,
    columns: columns.map(({ of: _, ...column }) => column),
    async *rows(ask) {
      let cursor: string | undefined
      do {
        const found = await page(ask, { cursor, limit: PAGE })
        yield found.items.map((item) => columns.map(({ of }) => of(item)))
        cursor = found.cursor ?? undefined
      } while (cursor !== undefined)
    },
  })

/** `2026-11-24 09:30:05`, office time. */
export const momentCell = (at: number | null): string | null =>
  at === null ? null : officeTime(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')

/** Case numbers are shown with 〔〕, as on the screens. */
export const caseNoCell = (caseNo: string): string => caseNo.replaceAll('[', '〔').replaceAll(']', '〕')

/** What was chosen, in words; nothing chosen = 全部. */
export const conditionCell = (words: readonly (string | null | undefined | false)[]): string => {
  const said = words.filter((word): word is string => typeof word === 'string' && word !== '')
  return said.length === 0 ? '全部' : said.join('；')
}
