import type { MediateView } from '../../contract/http/mediate.ts'
import { MEDIATOR_KINDS, type MessageItem, STAGES } from '../../contract/http/mediations.ts'
import type { Context } from './context.ts'
import type { Mediation, Party } from './types.ts'

/** Pure: what one party may see. Named field by field, so that nothing new leaks by being there. */
export function guestView(
  { config }: Pick<Context, 'config'>,
  one: Mediation,
  party: Party,
  messages: MessageItem[],
): MediateView {
  const { mediations: rules, site } = config
  const { mediator, session, agreement, failure } = one
  const signing = agreement && ['signing', 'agreed'].includes(one.stage) ? agreement : null
  return {
    unit: site.unit,
    demo: site.demo,
    id: one.id,
    title: one.title,
    kindName: rules.kinds.find(({ id }) => id === one.kind)?.name ?? one.kind,
    facts: one.facts,
    stage: one.stage,
    me: {
      id: party.id,
      name: party.name,
      role: party.role,
      consent: party.consent?.agree ?? null,
      rightsAt: party.rights?.at ?? null,
      challenge: party.challenge ? (party.challenge.decided ?? 'open') : null,
      signedAt: party.signed?.at ?? null,
    },
    people: one.parties.map(({ id, name, role, consent, rights, signed }) => ({
      ...{ id, name, role, consented: consent?.agree === true, rights: rights !== null, signed: signed !== null },
    })),
    mediator: mediator && { name: mediator.name, org: mediator.org, kindName: MEDIATOR_KINDS[mediator.kind] },
    session,
    rights: rules.rights,
    issues: one.issues,
    proposals: one.proposals,
    messages,
    agreement: signing,
    outcome: outcomeOf(one, rules.failures.find(({ id }) => id === failure?.reason)?.name),
    confirmation: one.confirmation && { path: one.confirmation.path, due: one.confirmation.due },
  }
}
const outcomeOf = ({ stage }: Mediation, reason: string | undefined): string | null => {
  if (stage === 'failed') return reason ? `${STAGES.failed}：${reason}` : STAGES.failed
  return stage === 'closed' ? STAGES.closed : null
}
