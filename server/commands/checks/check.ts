import type { Environment } from '../environment.ts'

export interface Place {
  configDir: string
  dataDir: string
  environment: Environment
}

/** `mend` says what to do; it is not shown for `ok`. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail'
  text: string
  mend: string
}

export interface Check {
  subject: string
  look(place: Place): Promise<Finding[]>
}

export const ok = (text: string): Finding => ({ level: 'ok', text, mend: '' })
export const warn = (text: string, mend: string): Finding => ({ level: 'warn', text, mend })
export const fail = (text: string, mend: string): Finding => ({ level: 'fail', text, mend })
