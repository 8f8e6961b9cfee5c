import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type Sheet, writeXlsx } from './write.ts'

/** A small workbook in memory; long lists are streamed (jobs.ts). */
export async function xlsxBytes(sheets: readonly Sheet[]): Promise<Buffer> {
  const out = new PassThrough()
  const [bytes] = await Promise.all([buffer(out), writeXlsx(out, sheets)])
  return bytes
}
