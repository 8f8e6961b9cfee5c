import type { AccountRules } from '../../config/accounts.ts'
import type { Clock } from '../clock.ts'
import type { Records } from '../feature.ts'
import type { Sealer } from '../records/suite.ts'
import { Refusal } from '../refusal.ts'
import {
  dropFactor,
  type FactorRow,
  factorOf,
  plainFactors,
  putFactor,
  useRecovery,
  useStep,
} from './account-repository.ts'
import { type Enrolment, enrol, findRecovery, matchCode, recoveryCode, recoveryHash } from './second-factor.ts'

export interface FactorDeps {
  records: Records
  clock: Clock
  rules: AccountRules['secondFactor']
  /** Real chance. */
  randomBytes(size: number): Uint8Array<ArrayBuffer>
  /** Of the office: what lies in the database opens with its key only, and for its own account only. */
  sealer: Pick<Sealer, 'seal' | 'open'>
}
/** `none`: the account has no second factor. */
export type Proof = 'none' | 'proved' | 'wanted' | 'wrong'

/** Second factors of accounts: setting up, proving, taking away. */
export class SecondFactors {
  readonly #deps: FactorDeps

  constructor(deps: FactorDeps) {
    this.#deps = deps
  }

  async state(accountId: string): Promise<'none' | 'begun' | 'on'> {
    const row = await factorOf(this.#deps.records.read, accountId)
    return !row ? 'none' : row.confirmed === 0 ? 'begun' : 'on'
  }

  /** Begins anew; what was begun before is void. @throws Refusal conflict when one is in use */
  async begin(account: { id: string; username: string }): Promise<Enrolment> {
    const { records, randomBytes } = this.#deps
    const made = await enrol(account.username, randomBytes(20))
    await records.write(async ({ tx }) => {
      if ((await factorOf(tx, account.id))?.confirmed === 1) throw new Refusal('conflict', '动态口令已启用，请先停用')
      await putFactor(tx, {
        account_id: account.id,
        ...this.#sealed(account.id, made.secret),
        confirmed: 0,
        last_step: null,
        recovery: '[]',
      })
    })
    return made
  }

  /** The first code proves that the app works. @returns recovery codes, shown this once */
  async confirm(accountId: string, code: string): Promise<string[]> {
    const { records, clock, rules, randomBytes } = this.#deps
    const row = await factorOf(records.read, accountId)
    if (!row || row.confirmed === 1) throw new Refusal('conflict', '没有待确认的动态口令，请重新设置')
    const step = await matchCode(this.#secretOf(row), code, {
      now: clock.now(),
      window: rules.window,
      lastStep: row.last_step,
    })
    if (step === undefined)
      throw new Refusal('bad-input', undefined, [{ path: 'code', message: '动态口令不对，请核对手机时间后再试' }])
    const codes = Array.from({ length: rules.recoveryCodes }, () => recoveryCode(randomBytes(8)))
    const recovery = JSON.stringify(codes.map(recoveryHash))
    await records.write(({ tx }) => putFactor(tx, { ...row, confirmed: 1, last_step: step, recovery }))
    return codes
  }

  /** Each code counts once: a step or a recovery code that was used is no proof any more. */
  async prove(accountId: string, code: string | undefined): Promise<Proof> {
    const { records, clock, rules } = this.#deps
    const row = await factorOf(records.read, accountId)
    if (!row || row.confirmed === 0) return 'none'
    if (!code) return 'wanted'
    const step = await matchCode(this.#secretOf(row), code.trim(), {
      now: clock.now(),
      window: rules.window,
      lastStep: row.last_step,
    })
    if (step !== undefined) return (await records.write(({ tx }) => useStep(tx, accountId, step))) ? 'proved' : 'wrong'
    const left = JSON.parse(row.recovery) as string[]
    const at = findRecovery(left, code)
    if (at < 0) return 'wrong'
    const after = JSON.stringify(left.toSpliced(at, 1))
    return (await records.write(({ tx }) => useRecovery(tx, accountId, row.recovery, after))) ? 'proved' : 'wrong'
  }

  /** At start: what earlier versions kept in the open. */
  async sealPlain(): Promise<void> {
    await this.#deps.records.write(async ({ tx }) => {
      for (const row of await plainFactors(tx))
        await putFactor(tx, { ...row, ...this.#sealed(row.account_id, row.secret) })
    })
  }

  #sealed(accountId: string, secret: string): Pick<FactorRow, 'secret' | 'sealed'> {
    return { secret: '', sealed: this.#deps.sealer.seal(secret, accountId) }
  }
  #secretOf({ account_id, secret, sealed }: FactorRow): string {
    return sealed === null ? secret : this.#deps.sealer.open(sealed, account_id)
  }

  async drop(accountId: string): Promise<void> {
    await this.#deps.records.write(({ tx }) => dropFactor(tx, accountId))
  }
}
