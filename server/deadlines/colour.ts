import type { FlowRules } from '../../config/schema.ts'
import type { Colour } from '../../contract/panels/cases.ts'

/** Colour by legal days left in a named band of flow.yaml (domain.md A.3). */
export function bandColour(flow: FlowRules, bandName: string, days: number): Colour | null {
  const band = flow.bands.find(({ name }) => name === bandName)
  if (!band) return null
  if (days <= band.redMax) return 'red'
  if (days <= band.orangeMax) return 'orange'
  return days <= band.yellowMax ? 'yellow' : 'green'
}
