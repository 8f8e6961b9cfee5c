import type { Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { inCharge, maySee, type PetitionDeps } from './context.ts'
import { findMatter, type Matter } from './repository.ts'

/** @throws Refusal: what somebody may not see does not exist for them */
export async function seen(deps: PetitionDeps, who: Principal, id: string): Promise<Matter> {
  const matter = await findMatter(deps.records.read, id)
  if (!matter || !maySee(deps, who, matter)) throw new Refusal('not-found', '没有这件事项，或无权查看')
  return matter
}
/** @throws Refusal for whoever sees it and has no part in it */
export async function chargedWith(deps: PetitionDeps, who: Principal, id: string): Promise<Matter> {
  const matter = await seen(deps, who, id)
  if (!inCharge(deps, who, matter)) throw new Refusal('forbidden', '这件事项不由您办理')
  return matter
}
