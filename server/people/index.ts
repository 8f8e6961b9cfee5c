import type { Permissions } from '../../config/schema.ts'
import type { AuditPort } from '../audit/journal.ts'
import type { Clock } from '../clock.ts'
import type { Feature, Principal, Records } from '../feature.ts'
import { Authenticator, type Credentials } from './authenticate.ts'
import { csrfToken } from './cookie.ts'
import { ABSOLUTE_MS, IDLE_MS, LOCK_MS } from './lockout.ts'
import { LoginDesk } from './login.ts'
import { dropDeadSessions, dropOldFailures } from './repository.ts'
import { peopleRoutes, type Revoked } from './routes.ts'
import { migrations } from './tables.ts'

export interface PeopleDeps {
  records: Records
  clock: Clock
  audit: AuditPort
  rules: Permissions
  cookieKey: string
  newId(): string
  randomToken(): string
  revoked(who: Revoked): void
}

export interface People {
  feature: Feature
  /** Who calls; undefined = anonymous. Shared by http and live. `touch` false: does not count as activity. */
  authenticate(shown: Credentials, touch?: boolean): Promise<Principal | undefined>
  csrfOf(sessionId: string): string
}

const SWEEP_MS = 10 * 60_000

export function openPeople(deps: PeopleDeps): People {
  const authenticator = new Authenticator(deps)
  const desk = new LoginDesk(deps)
  return {
    authenticate: (shown, touch) => authenticator.authenticate(shown, touch),
    csrfOf: (sessionId) => csrfToken(deps.cookieKey, sessionId),
    feature: {
      name: 'people',
      migrations,
      routes: peopleRoutes({ ...deps, desk, authenticator }),
      ticks: [
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
