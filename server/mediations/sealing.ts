import { createHash } from 'node:crypto'
import { officeDate } from '../../config/zone.ts'
import { Strokes } from '../../contract/http/mediations.ts'
import { computeDeadline } from '../deadlines/rules.ts'
import type { Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { statementOf } from './agreement.ts'
import type { Context } from './context.ts'
import { change } from './moves.ts'
import { drawSignature } from './png.ts'
import { agreementOf, type Signature, sealAgreement, signaturesOf } from './repository.ts'
import { openFollowUps } from './tasks.ts'
import type { Mediation } from './types.ts'

export const imageOf = ({ strokes }: Signature): Buffer => drawSignature(Strokes.parse(JSON.parse(strokes)))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The last party has signed: the office seals agreement and statement, and the follow-up begins. */
export async function agreed(ctx: Context, turn: Turn, one: Mediation): Promise<Mediation> {
  const version = one.agreement?.version ?? 0
  const kept = await agreementOf(turn.tx, one.id, version)
  if (!kept) throw new Refusal('internal')
  const signatures = await signaturesOf(turn.tx, one.id, version)
  const statement = statementOf(
    ctx.config,
    one,
    signatures.map((each) => ({ party: each.party, at: Number(each.at_ms), sha256: sha256(imageOf(each)) })),
  )
  const signer = ctx.signer()
  const seal = {
    agreement: signer.sign(Buffer.from(kept.body, 'base64')).toString('base64'),
    statement: signer.sign(Buffer.from(statement)).toString('base64'),
  }
  await sealAgreement(turn.tx, {
    ...{ mediation_id: one.id, version, signature: JSON.stringify(seal), statement },
    ...{ algorithm: signer.algorithm, public_key: signer.publicKey },
  })
  const { config, calendar } = ctx
  const path = config.mediations.kinds.find(({ id }) => id === one.kind)?.path ?? 'judicial-confirmation'
  const { due } = computeDeadline(
    { rules: config.deadlines, calendar },
    { rule: config.mediations.deadlines.confirmation, start: officeDate(turn.now), custody: false, events: [] },
  )
  const after = await change(
    ctx,
    turn,
    one,
    {
      stage: 'agreed',
      confirmation: { path, due: due ?? officeDate(turn.now), state: 'open', note: '' },
      performance: (one.agreement?.duties ?? []).map((duty, at) => ({
        id: `d${at + 1}`,
        ...duty,
        state: 'open',
        note: '',
      })),
    },
    {
      ...{ action: 'agreed', by: one.host, tell: '各方都已签名，协议成立。' },
      facts: { statement: sha256(Buffer.from(statement)), algorithm: signer.algorithm },
    },
  )
  await openFollowUps(ctx, turn, after)
  return after
}
