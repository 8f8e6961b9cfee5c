import { z } from 'zod'

/** The five rooms of a topic tree (protocols.md 5.4). `door.*` and `access.*` travel under `access`. */
export const DOMAINS = ['terminal', 'access', 'patrol', 'case', 'infra'] as const
export const Domain = z.enum(DOMAINS)
export type Domain = z.infer<typeof Domain>

export const DOMAIN_WORDS: Record<Domain, string> = {
  terminal: '终端防护',
  access: '门禁',
  patrol: '巡查',
  case: '业务系统',
  infra: '系统自身',
}
