import type { ProfileFile } from '../../config/schema.ts'
import type { SyslogDialect } from '../intake/syslog-decode.ts'
import { cefDialect } from './cef.ts'
import { CefProfile, readProfile, TianqingProfile } from './profile.ts'
import { tianqingDialect } from './tianqing.ts'

export type PersonHash = (account: string) => string

/** Profile kind → dialect: a new body format of syslog is one file and one line here. */
const DIALECTS: Readonly<Record<string, (profile: ProfileFile, personHash: PersonHash) => SyslogDialect>> = {
  tianqing: (profile, personHash) => tianqingDialect(readProfile(TianqingProfile, profile), personHash),
  cef: (profile, personHash) => cefDialect(readProfile(CefProfile, profile), personHash),
}

/** @throws Error in Chinese when the kind is unknown or the profile does not fit */
export function dialectOf(profile: ProfileFile, personHash: PersonHash): SyslogDialect {
  const make = DIALECTS[profile.kind]
  if (!make)
    throw new Error(
      `方言 ${profile.id} 的 kind “${profile.kind}” 不能用于 syslog，可用：${Object.keys(DIALECTS).join('、')}`,
    )
  return make(profile, personHash)
}
