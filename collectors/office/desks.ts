import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/load.ts'
import { AssistPlayer } from './assist-player.ts'
import { ChangePlayer } from './change-player.ts'
import { ClockPlayer } from './clock-player.ts'
import { deskHttp, guestHttp } from './desk-http.ts'
import { DeskPlayer } from './desk-player.ts'
import { DisclosurePlayer } from './disclosure-player.ts'
import { MediationPlayer } from './mediation-player.ts'
import { MemberPlayer } from './member-player.ts'
import { MonitoringPlayer } from './monitoring-player.ts'
import { PetitionPlayer } from './petition-player.ts'
import { chanceOf } from './random.ts'
import { ReviewPlayer } from './review-player.ts'
import { WindowPlayer } from './window-player.ts'

/** Somebody who works at desks of the product, over HTTP, at their own rhythm. */
export interface Player {
  tick(now: number): void
  settled(): Promise<void>
}
export interface DesksOptions {
  config: Config
  dataDir: string
  seed: string
  first: boolean
  now: number
  speed: number
  signal: AbortSignal
  drew(caseNo: string, person: string, at: number): void
  /** `who`: which of the desks. */
  stumbled(who: string, error: unknown): void
}

/** Everybody of the simulated office who works at a desk; a new player is a line here. */
export function desksOf({ config, dataDir, seed, drew, stumbled, ...rest }: DesksOptions): Player[] {
  const common = (who: string) => ({
    call: deskHttp(dataDir, rest.signal),
    chance: chanceOf(`${seed}/${who}/${rest.now}`),
    nonce: () => randomBytes(32).toString('hex'),
    first: rest.first,
    now: rest.now,
    speed: rest.speed,
    stumbled: (error: unknown) => stumbled(who, error),
  })
  const atVisitorsDesk = new Set(config.site.people.filter(({ account }) => account).map(({ id }) => id))
  return [
    new DeskPlayer({ ...common('desk'), rules: config.assignment, drew }),
    new ChangePlayer({ ...common('changes'), drew }),
    new ClockPlayer(common('clocks')),
    new MemberPlayer({ ...common('members'), mayLeave: (id) => !atVisitorsDesk.has(id) }),
    new ReviewPlayer({ ...common('reviews'), site: config.site, rules: config.review }),
    new DisclosurePlayer(common('disclosure')),
    new AssistPlayer(common('assist')),
    new PetitionPlayer({ ...common('petitions'), config }),
    new MediationPlayer({ ...common('mediations'), guest: guestHttp(dataDir, rest.signal), config }),
    new MonitoringPlayer({ ...common('monitoring'), site: config.site }),
    new WindowPlayer(common('window')),
  ]
}
