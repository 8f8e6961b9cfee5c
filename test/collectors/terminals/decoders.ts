import { join } from 'node:path'
import { lineDecoder } from '../../../collectors/intake/line-decode.ts'
import { createDecoder, type FrameDecoder } from '../../../collectors/intake/syslog-decode.ts'
import { dialectOf } from '../../../collectors/terminals/dialects.ts'
import { type ConfigIssue, readYaml } from '../../../config/load.ts'
import { ProfileFile } from '../../../config/schema.ts'

const CONFIG = join(import.meta.dirname, '../../../config')
export const FIXTURES = join(import.meta.dirname, '../../fixtures/syslog/terminals')

/** The shipped profile of that name. */
export function profileOf(name: string): ProfileFile {
  const issues: ConfigIssue[] = []
  const read = readYaml(CONFIG, `profiles/${name}.yaml`, ProfileFile, issues)
  if (!read) throw new Error(issues.map(({ message }) => message).join())
  return read.value
}

/** Its decoder; people are `h:` + account, so that a test can see them. */
export const decoderOf = async (name: string): Promise<FrameDecoder> =>
  createDecoder(await dialectOf(profileOf(name), (account) => `h:${account}`))

/** The same for lines of a file. */
export const lineDecoderOf = async (name: string, host?: string): Promise<FrameDecoder> =>
  lineDecoder(await dialectOf(profileOf(name), (account) => `h:${account}`), host)
