import type { Config } from '../../config/load.ts'
import { asyncapiDocument } from '../../contract/asyncapi.ts'
import type { RouteSpec } from '../../contract/http/route.ts'
import * as calls from '../../contract/http/system.ts'
import { openapiDocument } from '../../contract/openapi.ts'
import { type BoundRoute, bind } from '../feature.ts'

const OWN: readonly RouteSpec[] = [calls.office, calls.screens, calls.openapi, calls.asyncapi].map(
  (spec) => spec as unknown as RouteSpec,
)

interface Declared {
  name: string
  permission: string
}
export interface SystemDeps {
  config: Config
  version: string
  /** All other calls, for the OpenAPI document. */
  routes: readonly BoundRoute[]
  /** Live panels and exported lists with the words they ask for: the documents say who may see what. */
  panels: readonly Declared[]
  exports: readonly Declared[]
  brokerPort(): number | null
}

/** What the product says of itself. The documents are made at the first call and kept. */
export function systemRoutes({ config, version, routes, panels, exports, brokerPort }: SystemDeps): BoundRoute[] {
  const { site, services, screens } = config
  const info = { title: site.product, version }
  const specs = [...routes.map(({ spec }) => spec), ...OWN]
  const openapi = once(() => ({ ...openapiDocument(specs, info), 'x-exports': permissionsOf(exports) }))
  const asyncapi = once(() => ({
    ...asyncapiDocument(info, {
      mqtt:
        services.broker.kind === 'embedded'
          ? `${services.broker.host}:${brokerPort() ?? services.broker.port}`
          : new URL(services.broker.url).host,
      http: `${services.http.host}:${services.http.port}`,
    }),
    'x-panels': permissionsOf(panels),
  }))
  return [
    bind(calls.office, async () => ({ product: site.product, unit: site.unit, demo: site.demo, version })),
    bind(calls.screens, async () => ({ screens: screens.screens })),
    bind(calls.openapi, async () => openapi()),
    bind(calls.asyncapi, async () => asyncapi()),
  ]
}

/** Name → the word of permissions.yaml. */
const permissionsOf = (all: readonly Declared[]): Record<string, string> =>
  Object.fromEntries(all.map(({ name, permission }) => [name, permission]))

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
