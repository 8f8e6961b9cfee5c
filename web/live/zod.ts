import * as zod from 'zod/v4'

// Before any schema is made: under `script-src 'self'` zod's compiler would be refused, and each try is reported.
zod.config({ jitless: true })

export { zod as z }
