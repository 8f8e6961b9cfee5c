import type { Readiness } from '../../contract/http/system.ts'
import type { Clock } from '../clock.ts'
import type { BoundRoute, Principal } from '../feature.ts'
import type { Credentials } from '../people/authenticate.ts'
import type { MakeRate } from './guards.ts'
import type { HostJudge } from './host.ts'

/** What http is handed; it names no feature. */
export interface HttpDeps {
  routes: readonly BoundRoute[]
  authenticate(shown: Credentials): Promise<Principal | undefined>
  csrfOf(sessionId: string): string
  clock: Clock
  /** Whether a request names us; left out: whatever it says. */
  isOurName?: HostJudge
  /** Further origins besides the server's own. */
  origins: readonly string[]
  secureCookies: boolean
  trustedProxies: readonly string[]
  /** Folder of the built pages. */
  webDist: string
  readiness(): Promise<Readiness>
  /** Prometheus text. */
  metrics(): Promise<string>
  /** An error that is not a refusal; the caller saw `internal` only. */
  failed(error: unknown, where: { requestId: string; route: string }): void
  /** Each answered call, for the metrics. */
  served?(call: { route: string; status: number; seconds: number }): void
  /** Leaves traces of calls by persons: what they write, what leaves the house, what they were refused. */
  trail?: CallTrail
  newId(): string
  /** Left out = this server keeps its limits alone. */
  rate?: MakeRate
  /** Tests hold each answer against its schema; production trusts the presenters. */
  checkAnswers?: boolean
}

export interface TracedCall {
  route: string
  person: Principal | undefined
  ip: string
  params: Readonly<Record<string, string>>
}
export interface CallTrail {
  /** Runs a call that may write. */
  during<Result>(call: TracedCall, act: () => Promise<Result>): Promise<Result>
  /** A file or a chain leaves the house. */
  exported(call: TracedCall): Promise<void>
  refused(call: TracedCall, why: string): void
}
