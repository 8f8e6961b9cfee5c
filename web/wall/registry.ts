import type { Component } from 'vue'
import { PANEL_TITLES } from '../../contract/panels/titles.ts'
import AccessPanel from './panels/AccessPanel.vue'
import AlertLoadPanel from './panels/AlertLoadPanel.vue'
import AlertsPanel from './panels/AlertsPanel.vue'
import CaseTrendPanel from './panels/CaseTrendPanel.vue'
import CrossPanel from './panels/CrossPanel.vue'
import DisclosurePanel from './panels/DisclosurePanel.vue'
import DrawPanel from './panels/DrawPanel.vue'
import DueCalendarPanel from './panels/DueCalendarPanel.vue'
import DutyPanel from './panels/DutyPanel.vue'
import FairnessPanel from './panels/FairnessPanel.vue'
import FlowPanel from './panels/FlowPanel.vue'
import MapPanel from './panels/MapPanel.vue'
import MediationPanel from './panels/MediationPanel.vue'
import PatrolPanel from './panels/PatrolPanel.vue'
import PetitionChangesPanel from './panels/PetitionChangesPanel.vue'
import PetitionLimitsPanel from './panels/PetitionLimitsPanel.vue'
import PetitionPanel from './panels/PetitionPanel.vue'
import PresencePanel from './panels/PresencePanel.vue'
import ReviewGradesPanel from './panels/ReviewGradesPanel.vue'
import ReviewPanel from './panels/ReviewPanel.vue'
import SourcesPanel from './panels/SourcesPanel.vue'
import StructurePanel from './panels/StructurePanel.vue'
import TerminalPanel from './panels/TerminalPanel.vue'
import ZerosPanel from './panels/ZerosPanel.vue'

/** Panel name of a layout → what draws it. A new panel is one line here; a name without one shows «尚未启用». */
export const COMPONENTS: Readonly<Record<string, Component>> = {
  terminal: TerminalPanel,
  access: AccessPanel,
  patrol: PatrolPanel,
  zeros: ZerosPanel,
  map: MapPanel,
  alerts: AlertsPanel,
  flow: FlowPanel,
  sources: SourcesPanel,
  'alert-load': AlertLoadPanel,
  presence: PresencePanel,
  duty: DutyPanel,
  cross: CrossPanel,
  'due-calendar': DueCalendarPanel,
  'case-trend': CaseTrendPanel,
  structure: StructurePanel,
  draw: DrawPanel,
  fairness: FairnessPanel,
  review: ReviewPanel,
  disclosure: DisclosurePanel,
  'review-grades': ReviewGradesPanel,
  petition: PetitionPanel,
  'petition-changes': PetitionChangesPanel,
  'petition-limits': PetitionLimitsPanel,
  mediation: MediationPanel,
}

/** What a panel is called when it cannot speak for itself. */
export const TITLES: Readonly<Record<string, string>> = PANEL_TITLES
