import type { ProfileFile } from '../../config/schema.ts'
import type { SyslogDialect } from '../intake/syslog-decode.ts'
import { vendorPart } from '../vendor.ts'

export type PersonHash = (account: string) => string

/**
 * What a vendor's file exports as `dialect`: profile → decoder of one message, however it came (syslog, a line of a log
 * file, a web hook). @throws Error in Chinese when the profile does not fit
 */
export type DialectFactory = (profile: ProfileFile, personHash: PersonHash) => SyslogDialect

/**
 * The profile's `kind` names the file that decodes it: `cef` is `cef.ts`, in this folder or in the office's own
 * `vendors/`. A new body format is one file and one profile; nothing lists them.
 * @throws Error in Chinese when there is no such file or the profile does not fit
 */
export async function dialectOf(
  profile: ProfileFile,
  personHash: PersonHash,
  vendorDir?: string,
): Promise<SyslogDialect> {
  const make = await vendorPart<DialectFactory>(profile, 'dialect', [import.meta.dirname, vendorDir])
  return make(profile, personHash)
}
