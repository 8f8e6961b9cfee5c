import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { Principal, Records, TaskDesk } from '../feature.ts'
import type { AddressThrottle } from '../people/gate.ts'
import type { Signer } from '../records/signing.ts'
import { Refusal } from '../refusal.ts'

/** A paragraph of the agreement's PDF. */
export interface Block {
  style: 'title' | 'heading' | 'body' | 'header' | 'footer'
  align: 'left' | 'center' | 'right' | 'both'
  text: string
}
export interface MediationsDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  tasks: TaskDesk
  newId(): string
  /** Random bytes as base64url, for links and cookies. */
  randomToken(bytes?: number): string
  randomBytes(size: number): Uint8Array
  /** Writes a PDF; the library is loaded only then. */
  pdf(blocks: readonly Block[]): Promise<Buffer>
  /** The office's key, read when it is first needed. */
  signer(): Signer
  anchor(chain: string, head: ChainEntry): void
}
export interface Context extends MediationsDeps {
  /** Wrong codes by address. */
  addresses: AddressThrottle
}
export const CHAIN = 'mediations'

/** The person of site.yaml behind an account. @throws Refusal: every step is signed by a person */
export function personOf({ config }: Pick<Context, 'config'>, who: Principal) {
  const found = config.site.people.find(({ id, account }) => id === who.id || account === who.username)
  if (!found) throw new Refusal('forbidden', '账号没有对应到人员名单，请联系管理员')
  return found
}
export const nameOf = ({ config }: Pick<Context, 'config'>, id: string): string =>
  config.site.people.find((person) => person.id === id)?.name ?? id
