import type { z } from 'zod'
import type { windowRoutes } from '../../contract/http/window.ts'

export type Info = z.output<(typeof windowRoutes)['info']['answer']>
export type Uploaded = z.output<(typeof windowRoutes)['upload']['answer']>
