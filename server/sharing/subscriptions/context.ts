import type { Config } from '../../../config/load.ts'
import type { Records, TaskDesk } from '../../feature.ts'
import type { Feed, Opener, PrincipalOf } from './port.ts'

export interface SubscriptionsDeps {
  config: Pick<Config, 'clues' | 'site' | 'permissions'>
  records: Records
  tasks: TaskDesk
  feeds: readonly Feed[]
  opens: Opener
  principalOf: PrincipalOf
  newId(): string
}
