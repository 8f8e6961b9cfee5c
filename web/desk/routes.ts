import type { RouteRecordRaw } from 'vue-router'

/** Everything under /desk and /login; each page a lazy chunk of its own, apart from the wall's. */
export const deskRoutes: RouteRecordRaw[] = []
