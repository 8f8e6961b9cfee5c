import type { MediationRole, Stage } from '../../contract/http/mediations.ts'

/** One mediation as it is kept: everything but secrets, messages, files and signatures. Times are epoch ms. */
export interface Party {
  id: string
  name: string
  role: MediationRole
  phone: string
  standsFor: string | null
  /** `document`: the last four of the number, no more. */
  identity: { method: string; document: string; by: string; at: number } | null
  consent: { agree: boolean; at: number; ip: string } | null
  rights: { at: number; recording: boolean } | null
  challenge: { reason: string; at: number; decided: 'accepted' | 'refused' | null } | null
  signed: { at: number; hash: string } | null
}
export interface Mediator {
  kind: 'staff' | 'people-mediator' | 'lawyer' | 'supervisor'
  /** Person of site.yaml, or id of an outside mediator. */
  id: string
  name: string
  org: string
}
export interface Issue {
  id: string
  text: string
  settled: boolean
}
export interface Proposal {
  id: string
  by: string
  text: string
  at: number
  answers: Record<string, 'accept' | 'reject'>
}
export interface Agreement {
  version: number
  terms: string[]
  duties: { text: string; due: string }[]
  hash: string
  size: number
  madeAt: number
}
export interface Duty {
  id: string
  text: string
  due: string
  state: 'open' | 'done' | 'breached'
  note: string
}
export interface Mediation {
  id: string
  title: string
  kind: string
  facts: string
  matter: string | null
  caseNo: string | null
  stage: Stage
  /** Person who works the desk. */
  host: string
  /** Persons who handle the case. */
  handlers: string[]
  parties: Party[]
  suitability: { found: string[]; note: string; by: string; at: number } | null
  mediator: Mediator | null
  /** Mediators that a party had replaced. */
  replaced: string[]
  session: { at: number; minutes: number; video: string | null; place: string | null } | null
  issues: Issue[]
  proposals: Proposal[]
  agreement: Agreement | null
  failure: { reason: string; note: string; at: number } | null
  confirmation: { path: string; due: string; state: 'open' | 'applied' | 'waived'; note: string } | null
  performance: Duty[]
  /** First day of the limit; null before the suitability is judged. */
  termFrom: string | null
  due: string | null
  extended: boolean
  createdMs: number
  rev: number
}
