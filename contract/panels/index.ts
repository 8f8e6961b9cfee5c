import type { z } from 'zod'
import { AlertLoadPanel, AlertsPanel } from './alerts.ts'
import { DrawPanel, FairnessPanel } from './assignment.ts'
import { CaseTrendPanel, DueCalendarPanel, FlowPanel, StructurePanel } from './cases.ts'
import { CrossPanel } from './cross.ts'
import { DisclosurePanel } from './disclosure.ts'
import { MediationPanel } from './mediations.ts'
import { PetitionChangesPanel, PetitionLimitsPanel, PetitionPanel } from './petitions.ts'
import { ReviewGradesPanel, ReviewPanel } from './review.ts'
import { AccessPanel, DutyPanel, MapPanel, PatrolPanel, PresencePanel, TerminalPanel, ZerosPanel } from './security.ts'
import { SourcesPanel } from './sources.ts'

/** Every live panel and the schema of its data. A panel of a layout that is not here is «尚未启用». */
export const PANELS = {
  terminal: TerminalPanel,
  access: AccessPanel,
  map: MapPanel,
  patrol: PatrolPanel,
  zeros: ZerosPanel,
  presence: PresencePanel,
  duty: DutyPanel,
  cross: CrossPanel,
  alerts: AlertsPanel,
  'alert-load': AlertLoadPanel,
  flow: FlowPanel,
  'due-calendar': DueCalendarPanel,
  'case-trend': CaseTrendPanel,
  structure: StructurePanel,
  sources: SourcesPanel,
  draw: DrawPanel,
  fairness: FairnessPanel,
  review: ReviewPanel,
  disclosure: DisclosurePanel,
  'review-grades': ReviewGradesPanel,
  petition: PetitionPanel,
  'petition-changes': PetitionChangesPanel,
  'petition-limits': PetitionLimitsPanel,
  mediation: MediationPanel,
} as const
export type PanelName = keyof typeof PANELS
export type PanelData<Name extends PanelName> = z.infer<(typeof PANELS)[Name]>
