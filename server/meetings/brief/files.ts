/** The writers of a brief, handed in by main.ts: the ones of publication and export. Their shapes, seen from here. */
export type Block =
  | {
      style: 'title' | 'heading' | 'body' | 'header' | 'footer' | 'note'
      align: 'left' | 'center' | 'right' | 'both'
      text: string
    }
  | { style: 'table'; rows: string[][] }

export interface Sheet {
  name: string
  title: string
  footer: string
  mark?: string
  columns: readonly { title: string; width: number; kind: 'text' | 'date' | 'number' }[]
  rows: AsyncIterable<readonly (readonly (string | number | null)[])[]>
}

export interface BriefFiles {
  /** `mark`: who takes it away and when, pale across each page. */
  docx(blocks: readonly Block[], mark?: string): Promise<Buffer>
  pdf(blocks: readonly Block[], mark?: string): Promise<Buffer>
  xlsx(sheets: readonly Sheet[]): Promise<Buffer>
}

/** architecture.md, truth 7: on every page and in every export. */
export const CAPTION = '数据用于分析研判，不作考核排名'

export const MEDIA = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const
