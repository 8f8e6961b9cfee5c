import type { Config } from '../../config/load.ts'
import { disclosureRoutes } from '../../contract/http/disclosure.ts'
import { bind, type Feature } from '../feature.ts'
import { redact } from './redact/engine.ts'

export interface DisclosureDeps {
  config: Config
}

/** 文书公开: redaction now; the four steps lie beside it. */
export function disclosureFeature(deps: DisclosureDeps): Feature {
  return {
    name: 'disclosure',
    routes: [bind(disclosureRoutes.redact, async ({ body }) => redact(deps.config.redaction, body))],
  }
}
