import { createHash } from 'node:crypto'
import { mediationRoutes } from '../../contract/http/mediations.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { agreementBlocks } from './agreement.ts'
import type { Context } from './context.ts'
import { change, must } from './moves.ts'
import { mustAct, presentDetail, seen } from './present.ts'
import { saveAgreement } from './repository.ts'
import { may, mayDraft } from './rules.ts'

/** The agreement as PDF: written before the turn, kept in it; whoever changed the mediation meanwhile wins. */
export function draftingRoutes(ctx: Context): BoundRoute[] {
  return [
    bind(mediationRoutes.draft, async ({ params, body, person, now }) => {
      const { one, me } = await seen(ctx, person, params.id)
      mustAct(one, person, me, 'draft')
      if (!may(one, 'draft')) throw new Refusal('conflict', '现在的阶段不能拟定协议')
      must(mayDraft(one))
      const draft = { version: (one.agreement?.version ?? 0) + 1, ...body, madeAt: now }
      const pdf = await ctx.pdf(agreementBlocks(ctx.config, one, draft))
      const hash = createHash('sha256').update(pdf).digest('hex')
      const after = await ctx.records.write(async (turn) => {
        await saveAgreement(turn.tx, {
          ...{ mediation_id: one.id, version: draft.version, hash, body: pdf.toString('base64') },
          ...{ signature: null, algorithm: null, public_key: null, statement: null },
        })
        const parties = one.parties.map((party) => ({ ...party, signed: null }))
        const agreement = { ...draft, hash, size: pdf.length }
        return change(
          ctx,
          turn,
          one,
          { agreement, parties, stage: 'signing' },
          {
            ...{ action: 'draft', by: me, note: `第 ${draft.version} 稿` },
            tell: `协议第 ${draft.version} 稿已拟好，请阅读全文后签名。`,
          },
        )
      })
      return presentDetail(ctx, after, person, me, now)
    }),
  ]
}
