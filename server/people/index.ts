import type { Config } from '../../config/load.ts'
import type { AuditPort } from '../audit/journal.ts'
import type { Clock } from '../clock.ts'
import type { Approvals, DangerousAct, Feature, Principal, Records } from '../feature.ts'
import type { Sealer } from '../records/suite.ts'
import { accountAdministration } from './account-routes.ts'
import { accountMigrations } from './account-tables.ts'
import { accountActs } from './acts.ts'
import { Authenticator, type Credentials } from './authenticate.ts'
import { csrfToken } from './cookie.ts'
import type { Directory } from './directory.ts'
import { SecondFactors } from './factors.ts'
import { ABSOLUTE_MS, AHEAD_MS, IDLE_MS, LOCK_MS } from './lockout.ts'
import { LoginDesk } from './login.ts'
import { dropDeadSessions, dropOldFailures, reinTimes } from './repository.ts'
import { peopleRoutes, type Revoked } from './routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { migrations } from './tables.ts'

export interface PeopleDeps {
  records: Records
  clock: Clock
  audit: AuditPort
  config: Pick<Config, 'site' | 'permissions' | 'accounts'>
  approvals: Approvals
  directory?: Directory | undefined
  cookieKey: string
  newId(): string
  randomToken(): string
  randomBytes(size: number): Uint8Array<ArrayBuffer>
  sealer: Pick<Sealer, 'seal' | 'open'>
  revoked(who: Revoked): void
  /** Tells the other servers that a sign-in from that address failed. */
  failedFrom?(ip: string): void
}

export interface People {
  feature: Feature
  /** Who calls; undefined = anonymous. Shared by http and live. `touch` false: does not count as activity. */
  authenticate(shown: Credentials, touch?: boolean): Promise<Principal | undefined>
  csrfOf(sessionId: string): string
  /** Several servers: somewhere else a right, a token or a key has changed. */
  forget(): void
  /** Several servers: a sign-in from that address failed on another one. */
  failedElsewhere(ip: string): void
}

const SWEEP_MS = 10 * 60_000
const REIN_MS = 30_000

export function openPeople(options: PeopleDeps): People {
  const { accounts, permissions: rules } = options.config
  const factors = new SecondFactors({ ...options, rules: accounts.secondFactor })
  const deps = { ...options, rules, accounts, factors }
  const authenticator = new Authenticator(deps)
  const desk = new LoginDesk(deps)
  const changed = (who: Revoked): void => {
    authenticator.forget()
    options.revoked(who)
  }
  const acts = accountActs({ rules: accounts, permissions: rules, changed })
  return {
    authenticate: (shown, touch) => authenticator.authenticate(shown, touch),
    csrfOf: (sessionId) => csrfToken(deps.cookieKey, sessionId),
    forget: () => authenticator.forget(),
    failedElsewhere: (ip) => desk.failedElsewhere(ip),
    feature: {
      name: 'people',
      start: () => factors.sealPlain(),
      migrations: [...migrations, ...accountMigrations],
      acts: Object.values(acts) as unknown as readonly DangerousAct<never>[],
      routes: [
        ...peopleRoutes({ ...deps, desk, authenticator }),
        ...sessionRoutes({ ...deps, desk, changed }),
        ...accountAdministration({ ...deps, acts, changed }),
      ],
      ticks: [
        {
          name: 'people.clock',
          everyMs: REIN_MS,
          run: ({ tx, now }) => reinTimes(tx, now, now + AHEAD_MS, LOCK_MS),
        },
        {
          name: 'people.sweep',
          everyMs: SWEEP_MS,
          run: async ({ tx, now }) => {
            await dropDeadSessions(tx, now - ABSOLUTE_MS, now - IDLE_MS)
            await dropOldFailures(tx, now - LOCK_MS)
          },
        },
      ],
    },
  }
}
